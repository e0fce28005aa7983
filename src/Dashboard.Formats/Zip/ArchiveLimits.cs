namespace Dashboard.Formats.Zip;

/// <summary>What an archive may hold. Everything is counted while it is read: its own headers may lie.</summary>
public sealed record ArchiveLimits
{
    public int MostEntries { get; init; } = 200_000;

    /// <summary>Unpacked bytes of one entry; a larger one is skipped.</summary>
    public long MostEntryBytes { get; init; } = 256L << 20;

    /// <summary>Unpacked bytes of all entries.</summary>
    public long MostBytes { get; init; } = 64L << 30;

    /// <summary>Unpacked bytes per packed byte. Photographs reach 1.1, flat drawings as BMP about 50.</summary>
    public int MostRatio { get; init; } = 100;

    /// <summary>Unpacked bytes below which the ratio does not matter.</summary>
    public long RatioFrom { get; init; } = 16L << 20;

    /// <summary>Why an archive with so many entries and bytes is refused, as a sentence for a person, or null.</summary>
    /// <param name="unpacked">Bytes after unpacking, declared or counted.</param>
    /// <param name="packed">Bytes of the archive.</param>
    public string? Refuse(int entries, long unpacked, long packed) =>
        entries > MostEntries
            ? $"The archive has more than {MostEntries:N0} entries. Split it in several."
        : unpacked > MostBytes
            ? $"The archive unpacks to more than {MostBytes >> 20:N0} MiB. Split it in several."
        : unpacked > RatioFrom && unpacked / MostRatio > packed
            ? $"The archive unpacks to more than {MostRatio} times its size, as zip bombs do. "
                + "Pack JPEG, PNG, WebP or BMP files only."
        : null;
}
