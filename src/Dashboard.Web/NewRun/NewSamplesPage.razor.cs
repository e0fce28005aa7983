using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Runs;
using Dashboard.Web.Accounts;
using Dashboard.Web.Runs;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.NewRun;

/// <summary>Writes a sampling spec. Starts from a training run, one of its checkpoints, or an earlier sampling run.</summary>
public sealed partial class NewSamplesPage : ComponentBase
{
    private SamplingDraft draft = new(new SamplingSpec());

    // What the draft says, or said before a field became unreadable.
    private SamplingSpec spec = new();
    private RunItem? trained;
    private IReadOnlyList<CheckpointItem> checkpoints = [];
    private IReadOnlyList<FieldProblem> refusals = [];
    private IReadOnlyList<SpecGroup> groups = [];
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

    /// <summary>SHA-256 of an image to inpaint.</summary>
    [SupplyParameterFromQuery]
    public string? Redraw { get; set; }

    [Inject]
    private RunQueries Runs { get; set; } = default!;

    [Inject]
    private DatasetQueries Datasets { get; set; } = default!;

    [Inject]
    private RunIntake Intake { get; set; } = default!;

    [Inject]
    private WriteGate Gate { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    private long Chosen => spec.Checkpoint ?? 0;

    private int Images => spec.Slerp?.Count ?? spec.Seeds.Count;

    protected override async Task OnInitializedAsync()
    {
        var earlier = From is { } from ? await Runs.GetAsync(from) : null;
        if (earlier?.Sampling is { } settings)
        {
            spec = settings with { Run = null, Checkpoint = earlier.Checkpoint };
        }

        var wanted = Checkpoint ?? spec.Checkpoint;
        var run = Run ?? (wanted is { } id ? (await Runs.CheckpointAsync(id))?.Run : null);
        trained = run is null ? null : await Runs.GetAsync(run.Value);
        checkpoints = run is null
            ? []
            : [.. (await Runs.CheckpointsAsync(run.Value))
                .Where(c => c.Available).OrderBy(c => c.Kind == CheckpointKind.Best ? 0 : 1)];
        if (checkpoints.Count > 0)
        {
            await TakeTrainingAsync(keepSettings: earlier?.Kind == RunKind.Sampling);
            var chosen = checkpoints.FirstOrDefault(c => c.Id == wanted) ?? checkpoints[0];
            name = $"{trained!.Name}: samples";
            Start(spec with
            {
                Checkpoint = chosen.Id,
                Run = null,
                Seeds = Seed is { } seed ? new SeedRange { First = seed, Count = 1 } : spec.Seeds,
                Slerp = Seed is null && Redraw is null ? spec.Slerp : null,
            });
            if (Redraw is not null)
            {
                // Other samplers use earlier steps, which do not fit an x that inpainting has changed.
                var sampler = spec.Sampler is Sampler.Ddim or Sampler.Ddpm ? spec.Sampler : Sampler.Ddim;
                Start(spec.WithSampler(sampler) with
                {
                    Inpaint = new InpaintSpec { Image = Redraw },
                    Seeds = spec.Seeds with { Count = Math.Min(spec.Seeds.Count, 4) },
                });
            }
        }

        loaded = true;
    }

    /// <summary>Offers what the training run knows, and starts with how its own samples are drawn.</summary>
    private async Task TakeTrainingAsync(bool keepSettings)
    {
        if (trained!.Training is not { } training)
        {
            groups = SpecForm.Sampling([], []);
            return;
        }

        var labels = training.Labels.Enabled && trained.Dataset is { } dataset
            ? (await Datasets.GetAsync(dataset.Id))?.Labels ?? []
            : [];
        groups = SpecForm.Sampling([.. labels.Select(l => l.Label)], training.Ema.Also);
        if (!keepSettings)
        {
            spec = new SamplingSpec(training.Samples);
        }
    }

    private string? Problem(string path) => draft.Problems[path].FirstOrDefault();

    private string Describe(long id) => checkpoints.FirstOrDefault(c => c.Id == id) is { } one
        ? $"{CheckpointWords.Of(one.Kind)}, epoch {one.Epoch}{(one.Kid is { } kid ? $", KID {Format.Value(kid)}" : "")}"
        : "";

    private void SetCheckpoint(long id)
    {
        draft.Put("checkpoint", id);
        Check();
    }

    private void Interpolate(bool on)
    {
        var first = spec.Seeds.First;
        draft.Put("slerp", on ? SpecJson.ToObject(new SlerpSpec { From = first, To = first + 1 }) : null);
        Check();
    }

    private void Start(SamplingSpec start)
    {
        draft = new SamplingDraft(start);
        Check();
    }

    private void Check()
    {
        refusals = [];
        draft.Check(trained?.Training?.Schedule);
        spec = draft.Shape ?? spec;
    }

    private async Task QueueAsync()
    {
        queueing = true;
        try
        {
            var result = await Gate.DoAsync(person => Intake.EnqueueAsync(
                RunKind.Sampling, name, JsonSerializer.SerializeToElement(draft.Spec, SpecJson.Options), person));
            refusals = result?.Problems ?? [];
            if (result?.RunId is { } id)
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
