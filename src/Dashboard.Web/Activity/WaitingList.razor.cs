using Dashboard.Storage.Accounts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace Dashboard.Web.Activity;

/// <summary>The queue in its order, for those who may to change it. Runs only change places within their queue.</summary>
public sealed partial class WaitingList : ComponentBase
{
    private Person? person;

    [Parameter, EditorRequired]
    public required IReadOnlyList<RunItem> Runs { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    public required RunQueue Queue { get; set; }

    [Inject]
    public required WriteGate Gate { get; set; }

    [Inject]
    public required IDialogService Dialog { get; set; }

    [Inject]
    public required ISnackbar Snackbar { get; set; }

    protected override async Task OnInitializedAsync() => person = (await Authentication).User.ToPerson();

    private List<RunItem> Alike(RunItem run) =>
        [.. Runs.Where(r => TicketOffice.QueueOf(r.Kind) == TicketOffice.QueueOf(run.Kind))];

    private RunItem? Before(RunItem run, bool top)
    {
        var alike = Alike(run);
        var place = alike.IndexOf(run);
        return place <= 0 ? null : top ? alike[0] : alike[place - 1];
    }

    private RunItem? After(RunItem run)
    {
        var alike = Alike(run);
        var place = alike.IndexOf(run);
        return place + 1 < alike.Count ? alike[place + 1] : null;
    }

    private async Task MoveAsync(RunItem run, RunItem? before) =>
        Tell(await Gate.DoAsync(p => Queue.MoveAsync(run.Id, p, before?.Id)));

    // The next one moves before this one; but that one may be somebody else's, so this one moves before the one after it.
    private async Task MoveDownAsync(RunItem run)
    {
        var alike = Alike(run);
        var place = alike.IndexOf(run);
        Tell(await Gate.DoAsync(p => place + 2 < alike.Count
            ? Queue.MoveAsync(run.Id, p, alike[place + 2].Id)
            : Queue.MoveLastAsync(run.Id, p)));
    }

    private async Task CancelAsync(RunItem run)
    {
        if (await Dialog.ConfirmAsync(
            $"Cancel “{run.Name}”?", "It leaves the queue. You can queue it again later.", "Cancel the run", danger: true))
        {
            Tell(await Gate.DoAsync(p => Queue.CancelAsync(run.Id, p)));
        }
    }

    private void Tell(QueueOutcome? outcome)
    {
        if (outcome is { IsDone: false })
        {
            Snackbar.Add($"Not possible: {outcome.Reason}.", Severity.Warning);
        }
    }
}
