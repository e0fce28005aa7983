using Dashboard.Storage.Accounts;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.RunPages;

/// <summary>A run's tags and notes; its owner and admins edit them in place.</summary>
public sealed partial class RunNotes : ComponentBase
{
    private Person? person;
    private MarkupString html;
    private string? rendered;
    private bool editing;
    private string draft = "";
    private string before = "";
    private string newTag = "";
    private string? problem;

    [Parameter, EditorRequired]
    public required RunItem Run { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    public required RunCuration Curation { get; set; }

    [Inject]
    public required WriteGate Gate { get; set; }

    [Inject]
    public required CurationLimits Limits { get; set; }

    private bool MayChange => person?.MayChange(Run.Owner?.Id) == true;

    private string? TooLong => RunText.CheckNotes(draft, Limits)?.Message;

    protected override async Task OnInitializedAsync() => person = (await Authentication).User.ToPerson();

    protected override void OnParametersSet()
    {
        if (rendered != Run.Notes)
        {
            rendered = Run.Notes;
            html = SafeMarkdown.ToHtml(Run.Notes);
        }
    }

    private void Edit() => (editing, draft, before, problem) = (true, Run.Notes, Run.Notes, null);

    private async Task SaveAsync()
    {
        if (await ChangeAsync(new RunChange { Notes = draft, NotesBefore = before }))
        {
            editing = false;
        }
    }

    private async Task AddTagAsync()
    {
        var tag = newTag;
        problem = RunText.CheckTag(tag)?.Message;
        if (problem is null && await ChangeAsync(new RunChange { MoreTags = [tag] }))
        {
            newTag = "";
        }
    }

    private Task<bool> RemoveTagAsync(string tag) => ChangeAsync(new RunChange { FewerTags = [tag] });

    private async Task<bool> ChangeAsync(RunChange change)
    {
        var outcome = await Gate.DoAsync(p => Curation.ChangeAsync(Run.Id, change, p));
        problem = outcome is { IsDone: false } ? $"Not possible: {outcome.Reason}." : null;
        return outcome?.IsDone == true;
    }
}
