using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;

namespace Dashboard.Web.Runs;

/// <summary>The images of one epoch of a run, newest epoch by default; reads again only when something new was drawn.</summary>
internal sealed class RunImages(RunQueries runs, bool frames)
{
    private const int Most = 500;
    private (long Run, int? Wanted, int Version)? loaded;

    /// <summary>Epochs of which there is something, ascending.</summary>
    public IReadOnlyList<int> Epochs { get; private set; } = [];

    public int? Epoch { get; private set; }

    public IReadOnlyList<ImageItem> Items { get; private set; } = [];

    public int Index => Epoch is { } epoch ? Math.Max(Epochs.ToList().IndexOf(epoch), 0) : 0;

    public async Task LoadAsync(long run, int? wanted, int version)
    {
        if (loaded == (run, wanted, version))
        {
            return;
        }

        loaded = (run, wanted, version);
        Epochs = await runs.ImageEpochsAsync(run);
        Epoch = wanted is { } epoch && Epochs.Contains(epoch) ? epoch : Epochs.Count > 0 ? Epochs[^1] : null;
        Items = Epoch is null ? [] : (await runs.ImagesAsync(run, Epoch, frames, limit: Most)).Items;
    }
}
