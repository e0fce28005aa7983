using MudBlazor;

namespace Dashboard.Web.Shared;

public static class Dialogs
{
    /// <summary>Asks before something is lost.</summary>
    /// <returns>True only if the person said yes.</returns>
    public static async Task<bool> ConfirmAsync(
        this IDialogService dialogs, string title, string question, string yes, bool danger = false)
    {
        var dialog = await dialogs.ShowAsync<ConfirmDialog>(title, new DialogParameters<ConfirmDialog>
        {
            { d => d.Question, question },
            { d => d.Yes, yes },
            { d => d.Danger, danger },
        });
        return await dialog.Result is { Canceled: false };
    }
}
