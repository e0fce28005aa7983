using Dashboard.Formats.Labels;
using Dashboard.Formats.Zip;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Web.Datasets;

/// <summary>A data set's labels with their counts and some pictures; before a run uses them, they can be changed.</summary>
public sealed partial class LabelsPanel : ComponentBase
{
    private const int Automatic = -1;
    private const int MostNamed = 10;
    private const int MostShown = 100;

    private readonly Dictionary<string, string> renames = [];
    private readonly HashSet<string> leftOut = [];
    private object? read;
    private DatasetLabels? labels;
    private LabelOptions draft = new();
    private LabelPreview? preview;
    private IReadOnlyList<string> problems = [];
    private string sought = "";

    [Parameter, EditorRequired]
    public required DatasetDetail Dataset { get; set; }

    /// <summary>Who looks at it.</summary>
    [Parameter, EditorRequired]
    public required Person? Person { get; set; }

    [Inject]
    public required DatasetQueries Queries { get; set; }

    [Inject]
    public required DatasetLabelling Labelling { get; set; }

    [Inject]
    public required WriteGate Gate { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    private bool MayChange => Person?.MayChange(Dataset.Owner?.Id) == true;

    private string Summary => Dataset switch
    {
        { ChangesLabels: true } => "being changed",
        { LabelCount: 0 } => "none",
        _ => Format.Count(Dataset.LabelCount),
    };

    private IEnumerable<int> Levels =>
        [Automatic, 0, .. preview!.Findings.Levels.Select(level => level.Level)];

    private bool CanSave => problems.Count == 0 && leftOut.All(label => preview!.Labels.Any(l => l.Folder == label))
        && renames.Values.All(name => LabelRules.CheckName(name) is null);

    private LabelOptions Wanted => draft with { Rename = new Dictionary<string, string>(renames), LeaveOut = [.. leftOut] };

    protected override async Task OnParametersSetAsync()
    {
        var state = (Dataset.Id, Dataset.Fingerprint, Dataset.ChangesLabels, Dataset.LabelCount, Dataset.LeftOutCount);
        if (!state.Equals(read))
        {
            read = state;
            labels = await Queries.LabelsAsync(Dataset.Id);
        }

        if (Dataset.ChangesLabels || Dataset.RunCount > 0)
        {
            Leave();
        }
    }

    private async Task ChangeAsync()
    {
        draft = labels!.Options;
        renames.Clear();
        leftOut.Clear();
        foreach (var (folder, name) in draft.Rename)
        {
            renames[folder] = name;
        }

        leftOut.UnionWith(draft.LeaveOut);
        await PreviewAsync();
        if (preview is null)
        {
            problems = [];
            await Dialogs.ShowMessageBoxAsync(
                "The labels can't be changed", "The data set's files are missing. Import it again.", yesText: "Close");
        }
    }

    private void Leave() => (preview, problems, sought) = (null, [], "");

    private Task SetLevelAsync(int level) => ReadOtherwiseAsync(draft with { Level = level == Automatic ? null : level });

    private Task SetEncodingAsync(string id) => ReadOtherwiseAsync(draft with { NameEncoding = id.Length == 0 ? null : id });

    private Task SetSplitsAsync(bool use)
    {
        draft = draft with { UseSplits = use };
        return PreviewAsync();
    }

    private Task ResetAsync() => ReadOtherwiseAsync(new LabelOptions());

    /// <summary>Other folders are labels then, so what was said of the former ones is nothing any more.</summary>
    private Task ReadOtherwiseAsync(LabelOptions options)
    {
        draft = options;
        renames.Clear();
        leftOut.Clear();
        return PreviewAsync();
    }

    private async Task PreviewAsync()
    {
        preview = await Labelling.PreviewAsync(Dataset.Id, Wanted);
        ShowProblems();
    }

    private void ShowProblems() => problems =
    [
        .. preview?.Problems.Where(problem => problem.Field != "leaveOut").Select(problem => problem.Message) ?? [],
        .. preview is { Labels.Count: > 0, Unlabelled: 0 } && leftOut.Count == preview.Labels.Count
            ? ["All labels would be left out. Keep one at least."] : Array.Empty<string>(),
    ];

    private string NameOf(string folder) => renames.GetValueOrDefault(folder, folder);

    private void Rename(string folder, string? name)
    {
        if (name == folder)
        {
            renames.Remove(folder);
        }
        else
        {
            renames[folder] = name ?? "";
        }
    }

    private void Use(string folder, bool use)
    {
        if (use)
        {
            leftOut.Remove(folder);
        }
        else
        {
            leftOut.Add(folder);
        }

        ShowProblems();
    }

    private async Task SaveAsync()
    {
        var question = $"The labels of {Format.Count(Dataset.ImageCount, "image")} will be written anew"
            + (draft.ReadsAs(labels!.Options) ? ". " : ", and which of them are held out. ")
            + "You can change them back until the first run is made from this data set.";
        if (!await Dialogs.ConfirmAsync("Change the labels?", question, "Change"))
        {
            return;
        }

        if (await Gate.DoAsync(person => Labelling.ChangeAsync(Dataset.Id, Wanted, person)) is not { } changed)
        {
            return;
        }

        problems = changed.Outcome.Reason is { } reason ? [reason] : [.. changed.Problems.Select(problem => problem.Message)];
        if (problems.Count == 0)
        {
            Leave();
        }
    }

    private IEnumerable<T> Matching<T>(IReadOnlyList<T> all, Func<T, string> name) =>
        all.Where(label => name(label).Contains(sought.Trim(), StringComparison.OrdinalIgnoreCase)).Take(MostShown);

    private string Describe(int level) => level switch
    {
        Automatic => "Found by the program",
        0 => "No labels",
        _ => $"{DatasetWords.Ordinal(level)} folder: {DatasetWords.Some(preview!.Findings.Levels[level - 1])}",
    };

    private static string DescribeEncoding(string id) => id.Length == 0 ? "The most likely one" : Words(id);

    private static string Words(string encoding) => NameEncoding.Find(encoding)?.Words ?? encoding;

    private static Dictionary<string, object?> Named(string name) => new() { ["aria-label"] = name };
}
