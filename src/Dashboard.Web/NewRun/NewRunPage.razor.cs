using System.Globalization;
using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Runs;
using Dashboard.Web.Accounts;
using Dashboard.Web.Runs;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Web.NewRun;

/// <summary>Writes a training spec, shows what it means and costs, and queues it.</summary>
public sealed partial class NewRunPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(250);

    private TrainingDraft? draft;

    // The last one that could be drawn, so that the preview stays while somebody types.
    private ScheduleSpec? schedule;
    private RunItem? source;
    private LiveQuery<IReadOnlyList<DatasetCard>>? cards;
    private DatasetCard? dataset;
    private DatasetFacts? facts;
    private MeasuredSpeed? measured;
    private NetworkSpec? measuredNetwork;
    private int measuredSize;
    private IReadOnlyList<FieldProblem> refusals = [];
    private string name = "";
    private bool named;
    private bool queueing;

    /// <summary>A run whose spec to start from.</summary>
    [SupplyParameterFromQuery]
    public long? From { get; set; }

    /// <summary>A checkpoint whose weights to start from.</summary>
    [SupplyParameterFromQuery(Name = "checkpoint")]
    public long? FromCheckpoint { get; set; }

    /// <summary>A data set to start with.</summary>
    [SupplyParameterFromQuery(Name = "dataset")]
    public long? FromDataset { get; set; }

    [Inject]
    private RunIntake Intake { get; set; } = default!;

    [Inject]
    private RunQueries Runs { get; set; } = default!;

    [Inject]
    private DatasetCards Cards { get; set; } = default!;

    [Inject]
    private DatasetQueries DatasetQueries { get; set; } = default!;

    [Inject]
    private DatasetFeed Feed { get; set; } = default!;

    [Inject]
    private LiveQueries Live { get; set; } = default!;

    [Inject]
    private MeasuredSpeeds Speeds { get; set; } = default!;

    [Inject]
    private WriteGate Gate { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    /// <summary>Those that are ready; one that becomes ready while the page is open appears.</summary>
    private IReadOnlyList<DatasetCard>? Ready => cards?.Value;

    private string? NameProblem => string.IsNullOrWhiteSpace(name) ? "Give the run a name." : null;

    /// <summary>The preset's own words, and whether they still hold.</summary>
    private string? PresetText => Presets.Find(draft!.Text("preset"))?.Description is not { } text ? null
        : SpecForm.Groups.SelectMany(g => g.Fields).Count(f => draft.Differs(f.Path)) is > 0 and var changed
            ? $"{text} You changed {Format.Count(changed, "setting")} of it."
            : text;

    /// <summary>What is wrong with the schedule, so that it can't be drawn.</summary>
    private IGrouping<string, string>? ScheduleProblem =>
        draft!.Problems.FirstOrDefault(p => p.Key.StartsWith("schedule.", StringComparison.Ordinal));

    /// <summary>What can be estimated: image size and network must fit together.</summary>
    private TrainingSpec? Estimable =>
        draft!.Problems.Any(p => p.Key is "imageSize" || p.Key.StartsWith("network.", StringComparison.Ordinal))
            ? null
            : draft.Shape;

    /// <summary>What is worth knowing before the run is queued.</summary>
    private FieldProblem? Warning =>
        draft?.Shape is { } shape && TrainingRules.Warn(shape, facts) is [var first, ..] ? first : null;

    public void Dispose() => cards?.Dispose();

    protected override async Task OnInitializedAsync()
    {
        cards = Live.Create(() => Cards.ReadyAsync(), InvokeAsync, StateHasChanged, Pace).On(Feed.Subscribe);
        await cards.ReadAsync();
        source = From is { } id ? await Runs.GetAsync(id) : null;
        if (source?.Training is { } trained)
        {
            // An import names the data set by its id in another database.
            draft = new TrainingDraft(source.Kind == RunKind.Training ? trained : trained with { Dataset = "" });
            (name, named) = ($"{source.Name} {(FromCheckpoint is null ? "again" : "continued")}", true);
        }
        else
        {
            source = null;
            draft = new TrainingDraft(Presets.All[0].Template);
        }

        if (FromCheckpoint is { } checkpoint)
        {
            draft.Set("continueFrom", checkpoint.ToString(CultureInfo.InvariantCulture));
        }

        ShowSchedule();
        var wanted = FromDataset ?? source?.Dataset?.Id ?? (Ready is [var newest, ..] ? newest.Id : null);
        if (wanted is { } known && Ready!.Any(d => d.Id == known))
        {
            await TakeDatasetAsync(known);
        }
    }

    private async Task TakeDatasetAsync(long id)
    {
        dataset = Ready!.First(d => d.Id == id);
        draft!.SetWord("dataset", dataset.Name);
        facts = await DatasetQueries.FactsAsync(id);
        if (!named)
        {
            name = dataset.Name;
        }

        await CheckAsync();
    }

    private async Task TakePresetAsync(string? preset)
    {
        if (Presets.Find(preset ?? "") is not { } found || found.Name == draft!.Text("preset"))
        {
            return;
        }

        var edited = SpecForm.Groups.SelectMany(g => g.Fields).Where(f => draft.Differs(f.Path)).Select(f => f.Label).ToList();
        if (edited.Count > 0 && !await Dialogs.ConfirmAsync(
            "Use another preset?",
            $"It replaces what you changed: {string.Join(", ", edited.Take(6))}"
            + $"{(edited.Count > 6 ? $" and {edited.Count - 6} more" : "")}. Name and data set stay.",
            "Use it"))
        {
            return;
        }

        draft = new TrainingDraft(found.Template with { Dataset = draft.Dataset, ContinueFrom = draft.Shape?.ContinueFrom });
        await CheckAsync();
    }

    private void Rename(string? text) => (name, named) = (text ?? "", true);

    private async Task CheckAsync()
    {
        refusals = [];
        draft!.Check(facts, Intake.HasInceptionWeights);
        ShowSchedule();
        if (draft.Shape is { } shape
            && (measuredNetwork is null
                || !MeasuredSpeeds.SameNetwork(measuredNetwork, shape.Network)
                || measuredSize != shape.ImageSize))
        {
            (measuredNetwork, measuredSize) = (shape.Network, shape.ImageSize);
            measured = await Speeds.FindAsync(shape);
        }
    }

    private void ShowSchedule() => schedule = ScheduleProblem is null ? draft!.Shape?.Schedule ?? schedule : schedule;

    private async Task QueueAsync()
    {
        queueing = true;
        try
        {
            using var json = JsonDocument.Parse(draft!.Json);
            var result = await Gate.DoAsync(
                person => Intake.EnqueueAsync(RunKind.Training, name, json.RootElement, person));
            refusals = result?.Problems ?? [];
            if (result?.RunId is { } run)
            {
                Navigation.NavigateTo(Addresses.Run(run));
            }
        }
        finally
        {
            queueing = false;
        }
    }
}
