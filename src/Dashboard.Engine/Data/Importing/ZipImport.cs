using System.IO.Hashing;
using System.Runtime.CompilerServices;
using Dashboard.Diffusion.Datasets;
using Dashboard.Formats.Labels;
using Dashboard.Formats.Zip;

namespace Dashboard.Engine.Data.Importing;

/// <summary>A zip of images. Entries are read as streams and never become files; their folders say their labels.</summary>
public sealed class ZipImport(string path, ArchiveLimits limits, LabelOptions? options = null) : IImageSource
{
    private readonly PixelBudget pixels = new(new ImageLimits());
    private readonly LabelOptions options = options ?? new LabelOptions();

    public async IAsyncEnumerable<SourceItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var file = File.OpenRead(path);
        var (listing, refusal) = ZipListing.Read(file, limits, NameEncoding.Find(options.NameEncoding));
        if (listing is null)
        {
            throw new ImportRefusedException(refusal!);
        }

        var hidden = new HiddenFiles();
        var wanted = Wanted(listing, hidden).ToList();
        var labels = FolderLabels.Of(wanted.Select(i => listing.Names[i]), options);
        yield return new SourceFindings(labels.Findings with { NameEncoding = listing.Encoding?.Id });
        if (hidden.Tell() is { } told)
        {
            yield return told;
        }

        // What the list says was checked above; what really comes out is counted here.
        long unpacked = 0;
        foreach (var (number, i) in wanted.Index())
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Read(listing, i, labels, file, ref unpacked);
            if (number % 32 == 0)
            {
                yield return new SourceProgress((double)number / wanted.Count, "reading the archive");
            }
        }
    }

    private static IEnumerable<int> Wanted(ZipListing listing, HiddenFiles hidden)
    {
        foreach (var (i, name) in listing.Names.Index())
        {
            if (name.EndsWith('/') || EntryName.Parts(name).Length == 0)
            {
                continue;
            }

            if (EntryName.Hidden(name) is { } by)
            {
                hidden.Add(by);
            }
            else
            {
                yield return i;
            }
        }
    }

    private SourceItem Read(ZipListing listing, int index, FolderLabels labels, Stream file, ref long unpacked)
    {
        var (entry, name) = (listing.Entries[index], listing.Names[index]);
        if (entry.Unread is { } reason)
        {
            return new SourceProblem(name, reason);
        }

        if (entry.UnpackedBytes == 0)
        {
            return new SourceProblem(name, "empty");
        }

        if (entry.UnpackedBytes < 0 || entry.UnpackedBytes > limits.MostEntryBytes)
        {
            return new SourceProblem(name, $"larger than {limits.MostEntryBytes >> 20} MiB");
        }

        try
        {
            if (Unpack(entry, listing.Entries.Count, file, ref unpacked) is not { } bytes)
            {
                return new SourceProblem(name, ImageSignature.Unknown);
            }

            if (pixels.Refuse(bytes) is { } tooLarge)
            {
                return new SourceProblem(name, tooLarge);
            }

            var verdict = labels.For(name);
            return new SourceEntry(name, verdict.Label, () => bytes, verdict.Validation)
            {
                NameBytes = listing.OpenName(index),
                IsLeftOut = verdict.IsLeftOut,
            };
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return new SourceProblem(name, $"corrupt: {e.Message}");
        }
    }

    /// <summary>Null if it is no image, of which only the start is read.</summary>
    private byte[]? Unpack(ZipEntry entry, int entries, Stream file, ref long unpacked)
    {
        using var stream = entry.Open(file);
        using var content = new MemoryStream();
        var crc = new Crc32();
        var buffer = new byte[1 << 16];
        int read;
        while ((read = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false)) > 0)
        {
            unpacked += read;
            if (limits.Refuse(entries, unpacked, file.Length) is { } refusal)
            {
                throw new ImportRefusedException(refusal);
            }

            if (content.Length + read > entry.UnpackedBytes)
            {
                throw new InvalidDataException("it unpacks to more than the archive says");
            }

            if (content.Length == 0 && !ImageSignature.IsKnown(buffer.AsSpan(0, read)))
            {
                return null;
            }

            crc.Append(buffer.AsSpan(0, read));
            content.Write(buffer, 0, read);
        }

        return content.Length < entry.UnpackedBytes
            ? throw new InvalidDataException("it unpacks to less than the archive says")
            : crc.GetCurrentHashAsUInt32() != entry.Crc
                ? throw new InvalidDataException("its checksum is not the one in the archive")
                : content.ToArray();
    }
}
