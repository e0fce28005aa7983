using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Web.Accounts;
using Dashboard.Web.Runs;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Web.Gallery;

/// <summary>One picture with everything needed to make it again, its way from noise, and what came of making it again.</summary>
public sealed partial class ImageDetails : ComponentBase
{
    private ImageDetail? detail;
    private CheckpointItem? checkpoint;
    private IReadOnlyList<ImageItem> frames = [];
    private IReadOnlyList<ImageItem> twins = [];
    private long? shown;
    private SamplingSpec settings = new();
    private bool missing;
    private bool queueing;

    [Parameter, EditorRequired]
    public required long Id { get; set; }

    private const int MostTwins = 5;

    /// <summary>Each costs a look at its run.</summary>
    private const int MostCandidates = 20;

    [Inject]
    public required GalleryQueries Gallery { get; set; }

    [Inject]
    public required RunQueries Runs { get; set; }

    [Inject]
    public required RunIntake Intake { get; set; }

    [Inject]
    public required WriteGate Gate { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required ISnackbar Snackbar { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (shown == Id)
        {
            return;
        }

        shown = Id;
        var found = await Gallery.GetAsync(Id);
        missing = found is null;
        frames = found is null ? [] : await Gallery.FramesAsync(Id);
        var checkpoints = found?.TrainedBy is { } trained ? await Runs.CheckpointsAsync(trained.Id) : [];
        checkpoint = checkpoints.FirstOrDefault(c =>
            c.Available && (found!.Image.Checkpoint is { } used ? c.Id == used : c.Step == found.Image.Step));
        settings = found is null ? new SamplingSpec() : DrawnWith.SettingsOf(found.Image, found.Run);
        twins = found is { Image.Frame: null } ? await TwinsAsync(found, checkpoints) : [];
        detail = found;
    }

    /// <summary>Other pictures of the same weights, seed and settings.</summary>
    private async Task<IReadOnlyList<ImageItem>> TwinsAsync(ImageDetail found, IReadOnlyList<CheckpointItem> checkpoints)
    {
        var image = found.Image;
        var weights = checkpoints.Where(c => c.Step == image.Step).Select(c => c.Id).ToHashSet();
        var alike = await Gallery.ListAsync(
            new ImageFilter(Seed: image.Seed, Sampler: image.Sampler, Dataset: found.Run.Dataset?.Id, Limit: 500));
        var candidates = alike.Items.Where(i =>
            i.Id != image.Id && i.Step == image.Step && i.Evaluations == image.Evaluations && i.Eta == image.Eta
            && i.SlerpTo == image.SlerpTo && i.SlerpShare == image.SlerpShare
            && (i.Checkpoint is { } used ? weights.Contains(used) : i.Run == found.TrainedBy?.Id));
        var twinsFound = new List<ImageItem>();
        foreach (var candidate in candidates.Take(MostCandidates))
        {
            if (await Runs.GetAsync(candidate.Run) is { } run
                && DrawnWith.DrawAlike(DrawnWith.SettingsOf(candidate, run), settings))
            {
                twinsFound.Add(candidate);
            }
        }

        return [.. twinsFound.Take(MostTwins)];
    }

    private async Task AgainAsync()
    {
        queueing = true;
        try
        {
            var image = detail!.Image;
            var spec = DrawnWith.Again(image, settings, checkpoint!.Id);
            var name = $"{detail.TrainedBy?.Name ?? image.RunName}: seed {image.Seed} again";
            var json = JsonSerializer.SerializeToElement(spec, SpecJson.Options);
            var result = await Gate.DoAsync(person => Intake.EnqueueAsync(
                RunKind.Sampling,
                name.Length > RunIntake.LongestName ? name[^RunIntake.LongestName..] : name,
                json,
                person));
            if (result?.RunId is { } run)
            {
                Navigation.NavigateTo(Addresses.Run(run));
            }
            else if (result is not null)
            {
                Snackbar.Add(result.Problems[0].Message, Severity.Warning);
            }
        }
        finally
        {
            queueing = false;
        }
    }
}
