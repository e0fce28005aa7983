using System.IO.Compression;

namespace Dashboard.Formats.Zip;

/// <summary>
/// Looks at an archive's list of entries. The web asks on upload, so that what is plainly wrong is refused at once; the
/// import asks again and then counts while it unpacks, because the list may be wrong.
/// </summary>
public static class ZipListing
{
    /// <summary>Why the archive is refused, as a sentence for a person, or null. The stream is left open.</summary>
    /// <param name="archive">Seekable.</param>
    public static string? Refuse(Stream archive, ArchiveLimits limits)
    {
        try
        {
            if (limits.Refuse(ZipDirectory.EntriesAtLeast(archive), 0, archive.Length) is { } tooMany)
            {
                return tooMany;
            }

            using var zip = new ZipArchive(archive, ZipArchiveMode.Read, leaveOpen: true);
            long unpacked = 0;
            foreach (var entry in zip.Entries)
            {
                if (EntryName.Refuse(entry.FullName) is { } outside)
                {
                    return outside;
                }

                // Saturates: sizes of many exabytes can be declared.
                unpacked = Math.Min(unpacked, long.MaxValue / 2) + Math.Clamp(entry.Length, 0, long.MaxValue / 2);
            }

            return zip.Entries.Count == 0
                ? "The archive is empty. Pack the images into it."
                : limits.Refuse(zip.Entries.Count, unpacked, archive.Length);
        }
        catch (InvalidDataException)
        {
            return "This is not a zip archive, or it is incomplete. Pack the images as .zip and upload it again.";
        }
    }
}
