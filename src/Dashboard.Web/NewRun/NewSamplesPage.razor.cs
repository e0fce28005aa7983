using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Runs;
using Dashboard.Web.Accounts;
using Dashboard.Web.RunPages;
using Dashboard.Web.Runs;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.NewRun;

/// <summary>Writes a sampling spec. Starts from a training run, one of its checkpoints, or an earlier sampling run.</summary>
public sealed partial class NewSamplesPage : ComponentBase
{
    private SamplingSpec spec = new();
    private RunItem? trained;
    private IReadOnlyList<CheckpointItem> checkpoints = [];
    private IReadOnlyList<SpecProblem> problems = [];
    private IReadOnlyList<SpecProblem> refusals = [];
    private IReadOnlyList<string> labels = [];
    private IReadOnlyList<double> decays = [];
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

    /// <summary>SHA-256 of a picture to redraw a part of.</summary>
    [SupplyParameterFromQuery]
    public string? Redraw { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private RunQueries Runs { get; set; } = default!;

    [Inject]
    private DatasetQueries Datasets { get; set; } = default!;

    [Inject]
    private RunIntake Intake { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private long Chosen => spec.Checkpoint ?? 0;

    private int Images => spec.Slerp?.Count ?? spec.Seeds.Count;

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
            await TakeTrainingAsync(keepSettings: earlier?.Kind == RunKind.Sampling);
            var chosen = checkpoints.FirstOrDefault(c => c.Id == wanted) ?? checkpoints[0];
            name = $"{trained!.Name}: samples";
            Change(spec with
            {
                Checkpoint = chosen.Id,
                Run = null,
                Seeds = Seed is { } seed ? new SeedRange { First = seed, Count = 1 } : spec.Seeds,
                Slerp = Seed is null && Redraw is null ? spec.Slerp : null,
            });
            if (Redraw is not null)
            {
                // Only these two bear that x is changed between the steps.
                var sampler = spec.Sampler is Sampler.Ddim or Sampler.Ddpm ? spec.Sampler : Sampler.Ddim;
                Change(spec.WithSampler(sampler) with { Inpaint = new InpaintSpec { Image = Redraw }, Seeds = spec.Seeds with { Count = Math.Min(spec.Seeds.Count, 4) } });
            }
        }

        loaded = true;
    }

    /// <summary>Offers what the training run knows, and starts with how its own samples are drawn.</summary>
    private async Task TakeTrainingAsync(bool keepSettings)
    {
        if (TrainedSpec.Of(trained!) is not { } training)
        {
            return;
        }

        decays = training.Ema.Also;
        if (training.Labels.Enabled && trained!.Dataset is { } dataset)
        {
            labels = [.. ((await Datasets.GetAsync(dataset.Id))?.Labels ?? []).Select(l => l.Label)];
        }

        if (!keepSettings)
        {
            spec = new SamplingSpec(training.Samples);
        }
    }

    private string? Problem(string field) => problems.FirstOrDefault(p => p.Field == field)?.Message;

    private string Describe(long id) => checkpoints.FirstOrDefault(c => c.Id == id) is { } one
        ? $"{CheckpointWords.Of(one.Kind)}, epoch {one.Epoch}{(one.Kid is { } kid ? $", KID {Format.Value(kid)}" : "")}"
        : "";

    private void SetCheckpoint(long id) => Change(spec with { Checkpoint = id, Run = null });

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
                Navigation.NavigateTo(Addresses.Run(id));
            }
        }
        finally
        {
            queueing = false;
        }
    }
}
