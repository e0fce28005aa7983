using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Queries;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Runs;

/// <summary>Writes a sampling spec. Starts from a training run, one of its checkpoints, or an earlier sampling run.</summary>
public sealed partial class NewSamplesPage : ComponentBase
{
    private SamplingSpec spec = new();
    private RunItem? trained;
    private IReadOnlyList<CheckpointItem> checkpoints = [];
    private IReadOnlyList<SpecProblem> problems = [];
    private IReadOnlyList<SpecProblem> refusals = [];
    private string name = "";
    private bool loaded;
    private bool queueing;

    /// <summary>A training run.</summary>
    [SupplyParameterFromQuery]
    public long? Run { get; set; }

    [SupplyParameterFromQuery]
    public long? Checkpoint { get; set; }

    /// <summary>A sampling run whose settings to start with.</summary>
    [SupplyParameterFromQuery]
    public long? From { get; set; }

    [SupplyParameterFromQuery]
    public long? Seed { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private RunQueries Runs { get; set; } = default!;

    [Inject]
    private RunIntake Intake { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private long Chosen => spec.Checkpoint ?? 0;

    protected override async Task OnInitializedAsync()
    {
        var earlier = From is { } from ? await Runs.GetAsync(from) : null;
        if (earlier?.Kind == RunKind.Sampling && earlier.Spec.Deserialize<SamplingSpec>(SpecJson.Options) is { } settings)
        {
            spec = settings with { Run = null, Checkpoint = earlier.Checkpoint };
        }

        var wanted = Checkpoint ?? spec.Checkpoint;
        var run = Run ?? (wanted is { } id ? (await Runs.CheckpointAsync(id))?.Run : null);
        trained = run is null ? null : await Runs.GetAsync(run.Value);
        checkpoints = run is null ? [] : [.. (await Runs.CheckpointsAsync(run.Value)).Where(c => c.Available).OrderBy(c => c.Kind == CheckpointKind.Best ? 0 : 1)];
        if (checkpoints.Count > 0)
        {
            var chosen = checkpoints.FirstOrDefault(c => c.Id == wanted) ?? checkpoints[0];
            name = $"{trained!.Name}: samples";
            Change(spec with { Checkpoint = chosen.Id, Run = null, Seeds = Seed is { } seed ? new SeedRange { First = seed, Count = 1 } : spec.Seeds });
        }

        loaded = true;
    }

    private string? Problem(string field) => problems.FirstOrDefault(p => p.Field == field)?.Message;

    private string Describe(long id) => checkpoints.FirstOrDefault(c => c.Id == id) is { } one
        ? $"{(one.Kind == CheckpointKind.Best ? "Best by KID" : "Last")}, epoch {one.Epoch}{(one.Kid is { } kid ? $", KID {Format.Value(kid)}" : "")}"
        : "";

    private void SetCheckpoint(long id) => Change(spec with { Checkpoint = id, Run = null });

    private void SetEvaluations(int value) => Change(spec with { Evaluations = value });

    private void SetEta(double value) => Change(spec with { Eta = value });

    private void SetFirstSeed(long value) => Change(spec with { Seeds = spec.Seeds with { First = value } });

    private void SetCount(int value) => Change(spec with { Seeds = spec.Seeds with { Count = value } });

    private void SetFrames(int value) => Change(spec with { Frames = value });

    private void Change(SamplingSpec changed)
    {
        spec = changed;
        refusals = [];
        problems = SamplingRules.Check(spec);
    }

    private async Task QueueAsync()
    {
        queueing = true;
        try
        {
            var person = (await Authentication).User.ToPerson();
            var result = await Intake.EnqueueAsync(RunKind.Sampling, name, JsonSerializer.SerializeToElement(spec, SpecJson.Options), person);
            refusals = result.Problems;
            if (result.RunId is { } id)
            {
                Navigation.NavigateTo($"/runs/{id}");
            }
        }
        finally
        {
            queueing = false;
        }
    }
}
