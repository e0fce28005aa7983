using System.Collections.Concurrent;
using System.Text.Json;
using Dashboard.Formats;

namespace Dashboard.Storage.Datasets;

/// <summary>Reads pictures of data sets as they were imported.</summary>
public sealed class DatasetPictures(DatasetFiles files)
{
    // Twelve bytes an image; a team has tens of data sets.
    private readonly ConcurrentDictionary<long, (DateTime Written, PackRange[] Ranges)> known = [];

    /// <summary>The encoded bytes of one image; null if there is none.</summary>
    public async Task<byte[]?> ReadAsync(long id, int index, CancellationToken stop = default)
    {
        try
        {
            var ranges = await RangesAsync(id, stop);
            if (index < 0 || index >= ranges.Length)
            {
                return null;
            }

            using var pack = File.OpenHandle(
                Path.Combine(files.Folder(id), ArtifactNames.Pack), options: FileOptions.Asynchronous | FileOptions.RandomAccess);
            var bytes = new byte[ranges[index].Length];
            for (var done = 0; done < bytes.Length;)
            {
                var read = await RandomAccess.ReadAsync(pack, bytes.AsMemory(done), ranges[index].Offset + done, stop);
                if (read == 0)
                {
                    return null;
                }

                done += read;
            }

            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    private async Task<PackRange[]> RangesAsync(long id, CancellationToken stop)
    {
        var written = File.GetLastWriteTimeUtc(Path.Combine(files.Folder(id), ArtifactNames.PackIndex));
        if (known.TryGetValue(id, out var found) && found.Written == written)
        {
            return found.Ranges;
        }

        var ranges = await PackRanges.ReadAsync(files.Folder(id), stop);
        known[id] = (written, ranges);
        return ranges;
    }
}
