using System.IO.MemoryMappedFiles;

namespace Dashboard.Engine.Data;

/// <summary>
/// All images of a data set at one size, decoded once and mapped into memory. Processes that open the same one share its pages.
/// </summary>
public sealed unsafe class ImageCache : IDisposable
{
    private readonly MemoryMappedFile file;
    private readonly MemoryMappedViewAccessor view;
    private readonly byte* pixels;
    private readonly int[] labels;

    private ImageCache(ImagePack pack, int size, MemoryMappedFile file, CacheHeader header, LeftOut leftOut)
    {
        this.file = file;
        view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        pixels = start + CacheHeader.Bytes;

        Size = size;
        Fingerprint = leftOut.Fingerprint;
        Count = pack.Images.Count;
        var used = Enumerable.Range(0, Count).Where(i => !leftOut.Has(i)).ToList();
        Labels = [.. used.Select(i => pack.Images[i].Label).OfType<string>().Distinct().Order(StringComparer.Ordinal)];
        var numbers = Labels.Index().ToDictionary(label => label.Item, label => label.Index);
        labels = [.. pack.Images.Select(image => image.Label is null ? -1 : numbers.GetValueOrDefault(image.Label, -1))];
        Training = [.. used.Where(i => !pack.Images[i].Validation)];
        Validation = [.. used.Where(i => pack.Images[i].Validation)];
        TrainingStatistics = leftOut.IsEmpty ? header.Statistics : Measure();
    }

    public int Count { get; }

    /// <summary>Pixels of a side.</summary>
    public int Size { get; }

    /// <summary>
    /// The pack's, or where images are left out, one over that and which: what a checkpoint was trained on.
    /// </summary>
    public string Fingerprint { get; }

    /// <summary>Label names in ordinal order; empty if the data set has none.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Indices of the images to train on, ascending.</summary>
    public IReadOnlyList<int> Training { get; }

    /// <summary>Indices of the images held out, ascending.</summary>
    public IReadOnlyList<int> Validation { get; }

    /// <summary>Over the training images at this size.</summary>
    public ChannelStatistics TrainingStatistics { get; }

    /// <summary>Opens the cache of a data set at a size; decodes all images on all cores first if there is none yet.</summary>
    /// <param name="datasetFolder">The folder that holds the pack.</param>
    /// <param name="progress">0…1 while images are decoded; nothing is told when the cache is there already.</param>
    /// <param name="leftOut">Images that are neither trained on nor held out, by their place in the pack.</param>
    /// <param name="as">
    /// The fingerprint that a checkpoint names, to go on with exactly the images that it was trained on. If such a selection was
    /// never opened here, <paramref name="leftOut"/> counts.
    /// </param>
    /// <exception cref="InvalidDataException">The folder holds no complete pack, or an image in it can't be decoded.</exception>
    public static ImageCache Open(
        string datasetFolder, int imageSize, IProgress<double>? progress, CancellationToken stop,
        IReadOnlyCollection<int>? leftOut = null, string? @as = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(imageSize, 1);
        using var pack = ImagePack.Open(datasetFolder);
        var path = Path.Combine(datasetFolder, "cache", $"{pack.Fingerprint}-{imageSize}.bin");
        var selection = LeftOut.Of(pack, datasetFolder, leftOut ?? [], @as);
        if (CacheHeader.Read(path, pack.Images.Count, imageSize, pack.Rendering.Version) is not { } header)
        {
            new CacheBuilder(pack, imageSize).Build(path, progress, stop);
            header = CacheHeader.Read(path, pack.Images.Count, imageSize, pack.Rendering.Version)
                ?? throw new InvalidDataException($"{path} can't be read back.");
        }

        return new ImageCache(pack, imageSize, MemoryMappedFile.CreateFromFile(
            File.OpenHandle(path), null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false), header,
            selection);
    }

    /// <summary>
    /// One image: rows from the top, size × size × 3 bytes in R, G, B. Not to be used after <see cref="Dispose"/>.
    /// </summary>
    public ReadOnlySpan<byte> Image(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
        var bytes = Size * Size * 3;
        return new ReadOnlySpan<byte>(pixels + ((long)index * bytes), bytes);
    }

    /// <summary>The place of an image's label in <see cref="Labels"/>, or -1.</summary>
    public int LabelOf(int index) => labels[index];

    private ChannelStatistics Measure()
    {
        var sums = new ChannelSums();
        foreach (var index in Training)
        {
            sums.Add(Image(index));
        }

        return sums.Statistics();
    }

    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        file.Dispose();
    }
}
