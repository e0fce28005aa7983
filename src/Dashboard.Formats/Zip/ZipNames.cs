namespace Dashboard.Formats.Zip;

/// <summary>
/// Reads the names of an archive. Most programs write the bytes of whatever encoding their system has and don't say which, so
/// one is found for the archive as a whole.
/// </summary>
public static class ZipNames
{
    /// <summary>Names that don't say what they are.</summary>
    /// <param name="chosen">By a person; null finds the most likely.</param>
    public static (IReadOnlyList<string> Names, NameEncoding Used) Decode(
        IReadOnlyList<ReadOnlyMemory<byte>> names, NameEncoding? chosen)
    {
        var used = chosen ?? Guess(names);

        // Separators only now: the second byte of a wide character may be a backslash.
        return ([.. names.Select(name => Read(name.Span, used, chosen is not null).Replace('\\', '/'))], used);
    }

    /// <summary>The name if its bytes say for certain what they are; null if that must be found.</summary>
    internal static string? Certain(ZipEntry entry) =>
        (entry.SaysUtf8 && NameEncoding.Utf8.Read(entry.Name.Span) is { } marked ? marked
        : entry.UnicodeName is { } unicode && NameEncoding.Utf8.Read(unicode) is { } own ? own
        : IsAscii(entry.Name.Span) ? NameEncoding.Utf8.Read(entry.Name.Span)
        : null)?.Replace('\\', '/');

    private static NameEncoding Guess(IReadOnlyList<ReadOnlyMemory<byte>> names) =>
        names.All(name => NameEncoding.Utf8.Read(name.Span) is not null) ? NameEncoding.Utf8 : CodePageGuess.Of(names);

    private static string Read(ReadOnlySpan<byte> name, NameEncoding used, bool isChosen) =>
        !isChosen && IsUtf8Among(name, used) ? NameEncoding.Utf8.Read(name)! : used.ReadAny(name);

    /// <summary>
    /// An archive that two programs wrote may have both. What is valid UTF-8 by chance is seen in wide encodings only, and there
    /// never with three bytes for a character.
    /// </summary>
    private static bool IsUtf8Among(ReadOnlySpan<byte> name, NameEncoding used) =>
        NameEncoding.Utf8.Read(name) is { } text && (!used.IsWide || text.Any(c => c >= 0x800));

    private static bool IsAscii(ReadOnlySpan<byte> name) => !name.ContainsAnyExceptInRange((byte)0, (byte)0x7F);
}
