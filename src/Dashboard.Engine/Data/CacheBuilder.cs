using Dashboard.Diffusion.Datasets;
using Dashboard.Engine.Imaging;

namespace Dashboard.Engine.Data;

/// <summary>Decodes every image of a pack on all cores into one file, with the statistics of the training images.</summary>
internal sealed class CacheBuilder(ImagePack pack, int size)
{
    /// <summary>
    /// Several processes may build the same file at once: each writes its own and the last rename stays, with the same bytes.
    /// </summary>
    public void Build(string path, IProgress<double>? progress, CancellationToken stop)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 0))
            {
                stream.SetLength(CacheHeader.Bytes + ((long)pack.Images.Count * size * size * 3));
                new CacheHeader(pack.Images.Count, size, Fill(stream, progress, stop), pack.Rendering.Version)
                    .Write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private ChannelStatistics Fill(FileStream stream, IProgress<double>? progress, CancellationToken stop)
    {
        // The pack holds only what was let in at import, so nothing is too small or too large here.
        var decoder = new ImageDecoder(ImageLimits.None, pack.Rendering);
        var resizer = new TriangleResizer(size);
        var sums = new ChannelSums();
        var done = 0;
        Parallel.For(
            0,
            pack.Images.Count,
            new ParallelOptions { CancellationToken = stop, MaxDegreeOfParallelism = Environment.ProcessorCount },
            () => (Pixels: new byte[size * size * 3], Sums: new ChannelSums()),
            (index, _, local) =>
            {
                using (var image = Decode(decoder, index))
                {
                    resizer.CropAndResize(image, local.Pixels);
                }

                RandomAccess.Write(stream.SafeFileHandle, local.Pixels, CacheHeader.Bytes + ((long)index * local.Pixels.Length));
                if (!pack.Images[index].Validation)
                {
                    local.Sums.Add(local.Pixels);
                }

                var count = Interlocked.Increment(ref done);
                if (count % 64 == 0 || count == pack.Images.Count)
                {
                    progress?.Report((double)count / pack.Images.Count);
                }

                return local;
            },
            local =>
            {
                lock (sums)
                {
                    sums.Add(local.Sums);
                }
            });
        return sums.Statistics();
    }

    private PixelImage Decode(ImageDecoder decoder, int index)
    {
        try
        {
            return decoder.Decode(pack.Read(index));
        }
        catch (BadImageException e)
        {
            throw new InvalidDataException($"{pack.Images[index].Name}: {e.Message}. Import the data set again.", e);
        }
    }
}
