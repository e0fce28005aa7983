using System.Globalization;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Compare;

/// <summary>A column a run, a row a seed: the same noise through every network, at one epoch and one diffusion time.</summary>
public sealed partial class CompareSamples : ComponentBase, IDisposable
{
    private const int MostSeeds = 64;
    private const int MostImages = 500;
    private static readonly int[] Sizes = [64, 96, 128, 192, 256, 384];

    private LiveQuery<Samples> samples = default!;
    private (IReadOnlyList<ComparedRun>, int?, double?)? read;
    private int size = 2;

    [Parameter, EditorRequired]
    public required IReadOnlyList<ComparedRun> Runs { get; set; }

    /// <summary>The newest of each run where it is null; a run that has not come so far shows its newest.</summary>
    [Parameter]
    public int? Epoch { get; set; }

    [Parameter]
    public EventCallback<int?> EpochChanged { get; set; }

    /// <summary>Diffusion time of the frames, 1…0; null for finished samples.</summary>
    [Parameter]
    public double? Time { get; set; }

    [Parameter]
    public EventCallback<double?> TimeChanged { get; set; }

    [Inject]
    public required RunQueries Queries { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    private string TimeText =>
        Time is { } time ? string.Create(CultureInfo.InvariantCulture, $"t = {time:0.00}, predicted image") : "sample";

    public void Dispose() => samples.Dispose();

    protected override void OnInitialized() =>
        samples = Live.Create(ReadAsync, InvokeAsync, StateHasChanged, TimeSpan.FromSeconds(1));

    protected override async Task OnParametersSetAsync()
    {
        if (read != (Runs, Epoch, Time))
        {
            read = (Runs, Epoch, Time);
            await samples.ReadAsync();
        }
    }

    private async Task<Samples> ReadAsync()
    {
        var epochs = new List<IReadOnlyList<int>>();
        foreach (var compared in Runs)
        {
            epochs.Add(await Queries.ImageEpochsAsync(compared.Run.Id));
        }

        var columns = new List<Column>();
        var times = new HashSet<double>();
        foreach (var (compared, own) in Runs.Zip(epochs))
        {
            int? epoch = own.Count == 0 ? null : own.LastOrDefault(e => Epoch is null || e <= Epoch, own[0]);
            IReadOnlyList<ImageItem> frames = epoch is null
                ? []
                : (await Queries.ImagesAsync(compared.Run.Id, epoch, frames: true, limit: MostImages)).Items;
            times.UnionWith(frames.Select(frame => frame.Frame!.Time));
            IEnumerable<ImageItem> shown = epoch is null ? []
                : Time is { } time ? frames.Where(frame => frame.Frame!.Shows == FrameShows.Predicted)
                    .GroupBy(frame => frame.Seed).Select(way => way.MinBy(frame => Math.Abs(frame.Frame!.Time - time))!)
                : (await Queries.ImagesAsync(compared.Run.Id, epoch, frames: false, limit: MostImages)).Items;
            columns.Add(new Column(compared, epoch, shown.GroupBy(image => image.Seed).ToDictionary(g => g.Key, g => g.First())));
        }

        var seeds = columns.SelectMany(column => column.Images.Keys).Distinct().Order().ToList();
        return new Samples(
            columns, [.. seeds.Take(MostSeeds)], Math.Max(seeds.Count - MostSeeds, 0),
            [.. epochs.SelectMany(own => own).Distinct().Order()], [.. times.OrderDescending()]);
    }

    private int EpochIndex(Samples found) =>
        Epoch is { } epoch ? Math.Max(found.Epochs.ToList().FindLastIndex(e => e <= epoch), 0) : found.Epochs.Count - 1;

    private string EpochText(Samples found) => Epoch is null ? "newest of each run" : $"{found.Epochs[EpochIndex(found)]}";

    private int TimeIndex(Samples found) => Time is { } time
        ? found.Times.Index().MinBy(place => Math.Abs(place.Item - time)).Index
        : found.Times.Count;

    /// <param name="Epoch">Of its images; null before the first.</param>
    private sealed record Column(ComparedRun Run, int? Epoch, IReadOnlyDictionary<long, ImageItem> Images);

    /// <param name="More">Seeds that are left out.</param>
    /// <param name="Epochs">Of all runs, ascending.</param>
    /// <param name="Times">Of all frames at the shown epochs, from noise to image.</param>
    private sealed record Samples(
        IReadOnlyList<Column> Columns, IReadOnlyList<long> Seeds, int More, IReadOnlyList<int> Epochs,
        IReadOnlyList<double> Times);
}
