using Dashboard.Storage.Accounts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Web.Accounts;
using Dashboard.Web.Runs;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace Dashboard.Web.RunPages;

/// <summary>How a person keeps this run: star, name, pin, archive.</summary>
public sealed partial class RunKeeping : ComponentBase
{
    private Person? person;

    [Parameter, EditorRequired]
    public required RunItem Run { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    public required RunCuration Curation { get; set; }

    [Inject]
    public required WriteGate Gate { get; set; }

    [Inject]
    public required RunDeleter Deleter { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required ISnackbar Snackbar { get; set; }

    private bool IsMember => person!.Role is Roles.Member or Roles.Admin;

    private bool MayChange => person!.MayChange(Run.Owner?.Id);

    private bool Starred => Run.StarredBy.Contains(person!.Id);

    protected override async Task OnInitializedAsync() => person = (await Authentication).User.ToPerson();

    private async Task StarAsync() => Tell(await Gate.DoAsync(p => Curation.StarAsync(Run.Id, !Starred, p)));

    private Task<bool> PinAsync() => ChangeAsync(new RunChange { Pinned = !Run.Pinned });

    private async Task ArchiveAsync()
    {
        var archived = !Run.Archived;
        if (await ChangeAsync(new RunChange { Archived = archived }) && archived)
        {
            Snackbar.Add("Archived: the list of runs leaves it out. The filter “Archived” shows it.", Severity.Normal);
        }
    }

    private async Task DeleteAsync()
    {
        if (await Deleter.DeleteAsync([Run]))
        {
            Navigation.NavigateTo(Addresses.Runs);
        }
    }

    private async Task RenameAsync()
    {
        var dialog = await Dialogs.ShowAsync<RenameRunDialog>(
            "Rename the run", new DialogParameters<RenameRunDialog> { { d => d.Name, Run.Name } });
        if (await dialog.Result is { Canceled: false, Data: string name })
        {
            await ChangeAsync(new RunChange { Name = name });
        }
    }

    private async Task<bool> ChangeAsync(RunChange change) =>
        Tell(await Gate.DoAsync(p => Curation.ChangeAsync(Run.Id, change, p)));

    private bool Tell(QueueOutcome? outcome)
    {
        if (outcome is { IsDone: false })
        {
            Snackbar.Add($"Not possible: {outcome.Reason}.", Severity.Warning);
        }

        return outcome?.IsDone == true;
    }
}
