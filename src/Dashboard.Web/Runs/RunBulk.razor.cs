using Dashboard.Storage.Accounts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace Dashboard.Web.Runs;

/// <summary>Compares, stars, tags, archives or deletes many runs; says which could not be changed and why.</summary>
public sealed partial class RunBulk : ComponentBase
{
    /// <summary>Runs that can be changed in one go.</summary>
    public const int Most = 500;

    private Person? person;
    private string tag = "";
    private bool busy;

    /// <summary>In the order of choosing.</summary>
    [Parameter, EditorRequired]
    public required IReadOnlyList<long> Chosen { get; set; }

    /// <summary>Runs that the table shows.</summary>
    [Parameter]
    public int Total { get; set; }

    [Parameter]
    public EventCallback Clear { get; set; }

    [Parameter]
    public EventCallback ChooseAll { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    public required RunQueries Queries { get; set; }

    [Inject]
    public required RunCuration Curation { get; set; }

    [Inject]
    public required WriteGate Gate { get; set; }

    [Inject]
    public required RunDeleter Deleter { get; set; }

    [Inject]
    public required ISnackbar Snackbar { get; set; }

    protected override async Task OnInitializedAsync() => person = (await Authentication).User.ToPerson();

    private Task StarAsync() => EachAsync("starred", id => Gate.DoAsync(p => Curation.StarAsync(id, true, p)));

    private Task ArchiveAsync() => ChangeAsync("archived", new RunChange { Archived = true });

    private async Task TagAsync()
    {
        if (RunText.CheckTag(tag) is { } wrong)
        {
            Snackbar.Add(wrong.Message, Severity.Warning);
            return;
        }

        await ChangeAsync($"tagged {RunText.Tag(tag)}", new RunChange { MoreTags = [tag] });
        tag = "";
    }

    private async Task DeleteAsync()
    {
        var found = await Queries.GetAsync([.. Chosen.Take(Most)]);
        if (await Deleter.DeleteAsync(found))
        {
            await Clear.InvokeAsync();
        }
    }

    private Task ChangeAsync(string done, RunChange change) =>
        EachAsync(done, id => Gate.DoAsync(p => Curation.ChangeAsync(id, change, p)));

    private async Task EachAsync(string done, Func<long, Task<QueueOutcome?>> change)
    {
        busy = true;
        try
        {
            var refused = new List<QueueOutcome>();
            List<long> ids = [.. Chosen.Take(Most)];
            foreach (var id in ids)
            {
                if (await change(id) is not { } outcome)
                {
                    return;
                }

                if (!outcome.IsDone)
                {
                    refused.Add(outcome);
                }
            }

            Snackbar.Add($"{Format.Count(ids.Count - refused.Count, "run")} {done}.", Severity.Normal);
            foreach (var reason in refused.GroupBy(outcome => outcome.Reason))
            {
                Snackbar.Add($"{Format.Count(reason.Count(), "run")} not changed: {reason.Key}.", Severity.Warning);
            }
        }
        finally
        {
            busy = false;
        }
    }
}
