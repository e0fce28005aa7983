using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace Dashboard.Web.Datasets;

/// <summary>One data set: its numbers, what its import skipped, and all its images.</summary>
public sealed partial class DatasetPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private static readonly DialogOptions Wide =
        new() { MaxWidth = MaxWidth.Large, FullWidth = true, CloseButton = true, CloseOnEscapeKey = true };

    private LiveQuery<DatasetDetail?>? live;
    private long? followed;
    private bool isRead;
    private Person? person;
    private DatasetImageDetail? picture;
    private DatasetWall? wall;

    [Parameter]
    public long Id { get; set; }

    /// <summary>Only images with this label are on the wall.</summary>
    [SupplyParameterFromQuery]
    public string? Label { get; set; }

    /// <summary>The picture that is open, by its place in the data set.</summary>
    [SupplyParameterFromQuery]
    public int? Image { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    public required DatasetQueries Queries { get; set; }

    [Inject]
    public required DatasetStore Book { get; set; }

    [Inject]
    public required WriteGate Gate { get; set; }

    [Inject]
    public required DatasetFeed Feed { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required ISnackbar Snackbar { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    private DatasetDetail? Dataset => live?.Value;

    private bool MayChange => person?.MayChange(Dataset!.Owner?.Id) == true;

    private int Matching => Label is null
        ? Dataset!.ImageCount
        : Dataset!.Labels.FirstOrDefault(l => l.Label == Label)?.Count ?? 0;

    private string Sizes => Dataset!.Sizes switch
    {
        [] => "–",
        [var only] => $"{only.Width} × {only.Height}",
        var sizes => $"{sizes[0].Width} × {sizes[0].Height} most often",
    };

    public void Dispose() => live?.Dispose();

    protected override async Task OnInitializedAsync() => person = (await Authentication).User.ToPerson();

    protected override async Task OnParametersSetAsync()
    {
        if (followed != Id)
        {
            live?.Dispose();
            followed = Id;
            isRead = false;
            live = Live.Create(() => Queries.GetAsync(Id), InvokeAsync, StateHasChanged, Pace).On(Feed.Subscribe, Id);
            await live.ReadAsync();
            isRead = true;
        }

        picture = Image is { } open ? await Queries.ImageAsync(Id, open, Label) : null;
    }

    private void Step(int step)
    {
        if ((step < 0 ? picture?.Previous : picture?.Next) is { } index)
        {
            Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("image", index), replace: true);
        }
    }

    private void OnDialog(bool visible)
    {
        if (!visible)
        {
            Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("image", (int?)null), replace: true);
        }
    }

    private async Task LeaveOutAsync(IReadOnlyCollection<int> images, bool leftOut)
    {
        await AnswerAsync(await Gate.DoAsync(p => Book.LeaveOutAsync(Id, images, leftOut, p)));
        picture = Image is { } open ? await Queries.ImageAsync(Id, open, Label) : null;
        await (wall?.RefreshAsync() ?? Task.CompletedTask);
    }

    private async Task RenameAsync()
    {
        var parameters = new DialogParameters<RenameDialog> { { d => d.Name, Dataset!.Name } };
        var dialog = await Dialogs.ShowAsync<RenameDialog>("Rename the data set", parameters);
        if (await dialog.Result is { Canceled: false, Data: string name })
        {
            await AnswerAsync(await Gate.DoAsync(p => Book.RenameAsync(Id, name, p)));
        }
    }

    private async Task RetryAsync() => await AnswerAsync(await Gate.DoAsync(p => Book.RetryAsync(Id, p)));

    private async Task LookAsync() => await AnswerAsync(await Gate.DoAsync(p => Book.HashAsync(Id, p)));

    private async Task DeleteAsync()
    {
        var question = $"“{Dataset!.Name}” and its {Format.Count(Dataset.ImageCount, "image")} will be deleted.";
        if (!await Dialogs.ConfirmAsync("Delete this data set?", question, "Delete", danger: true))
        {
            return;
        }

        var outcome = await Gate.DoAsync(p => Book.DeleteAsync(Id, p));
        if (outcome?.Result == DatasetResult.Done)
        {
            Navigation.NavigateTo(Addresses.Datasets);
        }
        else
        {
            await AnswerAsync(outcome);
        }
    }

    private async Task AnswerAsync(DatasetOutcome? outcome)
    {
        if (outcome?.Reason is { } reason)
        {
            Snackbar.Add(reason, Severity.Error);
        }

        await live!.ReadAsync();
    }

    private string AddressOf(string label) => Navigation.GetUriWithQueryParameters(
        new Dictionary<string, object?> { ["label"] = label, ["image"] = null });
}
