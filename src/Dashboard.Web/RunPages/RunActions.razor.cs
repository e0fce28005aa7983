using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace Dashboard.Web.RunPages;

/// <summary>What this person may do to a run as it stands. Asks first where something is lost.</summary>
public sealed partial class RunActions : ComponentBase
{
    private Person? person;

    [Parameter, EditorRequired]
    public required RunItem Run { get; set; }

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

    private bool IsMember => person!.Role is Roles.Member or Roles.Admin;

    private bool MayChange => person!.MayChange(Run.Owner?.Id);

    private string CloneAddress => 
        Run.Kind == RunKind.Training ? Addresses.NewRunLike(Run.Id) : Addresses.NewSamplesLike(Run.Id);

    protected override async Task OnInitializedAsync() => person = (await Authentication).User.ToPerson();

    private async Task CancelAsync()
    {
        var started = Run.State.IsHeld();
        var question = started
            ? "The worker stops within two seconds. Charts, samples and checkpoints made so far are kept, "
                + "and the run can be tried again from its last checkpoint."
            : "It leaves the queue. You can queue it again later.";
        if (await Dialog.ConfirmAsync($"Cancel “{Run.Name}”?", question, "Cancel the run", danger: true))
        {
            Tell(await Gate.DoAsync(p => Queue.CancelAsync(Run.Id, p)));
        }
    }

    private async Task PauseAsync() => Tell(await Gate.DoAsync(p => Queue.PauseAsync(Run.Id, p)));

    private async Task ResumeAsync() => Tell(await Gate.DoAsync(p => Queue.ResumeAsync(Run.Id, p)));

    private async Task RetryAsync() => Tell(await Gate.DoAsync(p => Queue.RetryAsync(Run.Id, p)));

    private void Tell(QueueOutcome? outcome)
    {
        if (outcome is { IsDone: false })
        {
            Snackbar.Add($"Not possible: {outcome.Reason}.", Severity.Warning);
        }
    }
}
