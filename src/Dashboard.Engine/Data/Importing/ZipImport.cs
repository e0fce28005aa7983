using System.IO.Compression;
using System.Runtime.CompilerServices;
using Dashboard.Diffusion.Datasets;
using Dashboard.Formats.Zip;

namespace Dashboard.Engine.Data.Importing;

/// <summary>
/// A zip of images. Entries are read as streams and never become files; the folder that holds an entry is its label.
/// </summary>
public sealed class ZipImport(string path, ArchiveLimits limits) : IImageSource
{
    private readonly PixelBudget pixels = new(new ImageLimits());

    public async IAsyncEnumerable<SourceItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        RefuseIf(ZipListing.Refuse(file, limits));
        using var archive = new ZipArchive(file, ZipArchiveMode.Read, leaveOpen: true);

        // What the list says was checked above; what really comes out is counted here.
        long unpacked = 0;
        for (var i = 0; i < archive.Entries.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = archive.Entries[i];
            if (entry.FullName.EndsWith('/') || EntryName.IsClutter(entry.FullName))
            {
                continue;
            }

            yield return Read(entry, ref unpacked, archive.Entries.Count, file.Length);
            if (i % 32 == 0)
            {
                yield return new SourceProgress((double)i / archive.Entries.Count, "reading the archive");
            }
        }
    }

    private SourceItem Read(ZipArchiveEntry entry, ref long unpacked, int entries, long packed)
    {
        if (entry.IsEncrypted)
        {
            return new SourceProblem(entry.FullName, "encrypted; pack it without a password");
        }

        if (entry.Length > limits.MostEntryBytes)
        {
            return new SourceProblem(entry.FullName, $"larger than {limits.MostEntryBytes >> 20} MiB");
        }

        try
        {
            using var stream = entry.Open();
            using var content = new MemoryStream();
            var buffer = new byte[1 << 16];
            int read;
            while ((read = stream.Read(buffer)) > 0)
            {
                unpacked += read;
                RefuseIf(limits.Refuse(entries, unpacked, packed));
                if (content.Length + read > limits.MostEntryBytes)
                {
                    throw new ImportRefusedException(
                        $"The entry “{EntryName.ForPeople(entry.FullName)}” unpacks to more than the archive says. "
                            + "Pack it again.");
                }

                // Of other entries only the length counts.
                if (content.Length > 0 || ImageSignature.IsKnown(buffer.AsSpan(0, read)))
                {
                    content.Write(buffer, 0, read);
                }
            }

            if (content.Length == 0)
            {
                return new SourceProblem(entry.FullName, unpacked == 0 || entry.Length == 0 ? "empty" : ImageSignature.Unknown);
            }

            var bytes = content.ToArray();
            if (pixels.Refuse(bytes) is { } reason)
            {
                return new SourceProblem(entry.FullName, reason);
            }

            return new SourceEntry(entry.FullName, EntryName.Label(entry.FullName), () => bytes);
        }
        catch (InvalidDataException)
        {
            return new SourceProblem(entry.FullName, "corrupt: it can't be unpacked");
        }
    }

    private static void RefuseIf(string? reason)
    {
        if (reason is not null)
        {
            throw new ImportRefusedException(reason);
        }
    }
}
