namespace Dashboard.Formats.Zip;

/// <summary>
/// An archive's list of entries. The web reads it on upload, so that what is plainly wrong is refused at once; the import reads
/// it again and then counts while it unpacks, because the list may be wrong.
/// </summary>
/// <param name="Names">As text, with the same places as the entries. Parts are separated by slashes.</param>
/// <param name="Encoding">By which the names were read that don't say what they are; null if all do.</param>
public sealed record ZipListing(IReadOnlyList<ZipEntry> Entries, IReadOnlyList<string> Names, NameEncoding? Encoding)
{
    /// <summary>A name's bytes if they may be read otherwise.</summary>
    public byte[]? OpenName(int index) => ZipNames.Certain(Entries[index]) is null ? Entries[index].Name.ToArray() : null;

    /// <summary>Why the archive is refused, as a sentence for a person, or null. The stream is left open.</summary>
    /// <param name="archive">Seekable.</param>
    public static string? Refuse(Stream archive, ArchiveLimits limits) => Read(archive, limits).Refusal;

    /// <summary>The list, or why the archive is refused, as a sentence for a person. The stream is left open.</summary>
    /// <param name="archive">Seekable.</param>
    /// <param name="encoding">Of names that are not marked as UTF-8; null finds the most likely.</param>
    public static (ZipListing? Listing, string? Refusal) Read(
        Stream archive, ArchiveLimits limits, NameEncoding? encoding = null)
    {
        try
        {
            if (ZipDirectory.Read(archive, limits) is not { } entries)
            {
                return (null, limits.Refuse(int.MaxValue, 0, archive.Length));
            }

            long unpacked = 0;
            foreach (var entry in entries)
            {
                // Saturates: sizes of many exabytes can be declared.
                unpacked = Math.Min(unpacked, long.MaxValue / 2) + Math.Clamp(entry.UnpackedBytes, 0, long.MaxValue / 2);
            }

            if (entries.Count == 0)
            {
                return (null, "The archive is empty. Pack the images into it.");
            }

            if (limits.Refuse(entries.Count, unpacked, archive.Length) is { } tooMuch)
            {
                return (null, tooMuch);
            }

            var (names, used) = Decode(entries, encoding);
            return names.Select(EntryName.Refuse).FirstOrDefault(refusal => refusal is not null) is { } outside
                ? (null, outside)
                : (new ZipListing(entries, names, used), null);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            return (null, "This is not a zip archive, or it is incomplete. Pack the images as .zip and upload it again.");
        }
    }

    private static (string[] Names, NameEncoding? Used) Decode(IReadOnlyList<ZipEntry> entries, NameEncoding? chosen)
    {
        var certain = entries.Select(ZipNames.Certain).ToArray();
        var open = certain.Index().Where(name => name.Item is null).Select(name => name.Index).ToArray();
        var (read, used) = ZipNames.Decode([.. open.Select(i => entries[i].Name)], chosen);
        foreach (var (i, name) in open.Zip(read))
        {
            certain[i] = name;
        }

        return ([.. certain.Select(name => name!)], open.Length > 0 ? used : null);
    }
}
