using System.Text;

namespace Dashboard.Formats.Zip;

/// <summary>A way to read the bytes of a name.</summary>
/// <param name="Id">As it is named on the web, and in requests.</param>
/// <param name="Words">For people.</param>
/// <param name="CodePage">Windows' number of it.</param>
/// <param name="IsWide">Whether a character may take two bytes; the second may look like a letter or a backslash.</param>
public sealed record NameEncoding(string Id, string Words, int CodePage, bool IsWide = false)
{
    public static readonly NameEncoding Utf8 = new("utf-8", "UTF-8", 65001);
    internal static readonly NameEncoding Dos850 = new("ibm850", "DOS 850", 850);
    internal static readonly NameEncoding Dos437 = new("ibm437", "DOS 437", 437);
    internal static readonly NameEncoding Dos866 = new("cp866", "DOS 866", 866);
    internal static readonly NameEncoding Windows1252 = new("windows-1252", "Windows-1252", 1252);
    internal static readonly NameEncoding Windows1251 = new("windows-1251", "Windows-1251", 1251);
    internal static readonly NameEncoding ShiftJis = new("shift_jis", "Shift-JIS", 932, IsWide: true);
    internal static readonly NameEncoding Gbk = new("gbk", "GBK", 936, IsWide: true);

    /// <summary>All that a person can choose.</summary>
    public static IReadOnlyList<NameEncoding> All { get; } =
    [
        Utf8, Dos850, Dos437, new("ibm852", "DOS 852", 852), Dos866, Windows1252, new("windows-1250", "Windows-1250", 1250),
        Windows1251, ShiftJis, Gbk, new("big5", "Big5", 950, IsWide: true), new("euc-kr", "EUC-KR", 949, IsWide: true),
    ];

    /// <summary>By its id; null if there is none such.</summary>
    public static NameEncoding? Find(string? id) => All.FirstOrDefault(e => e.Id.Equals(id, StringComparison.OrdinalIgnoreCase));

    /// <summary>Null if the bytes are none of this encoding.</summary>
    public string? Read(ReadOnlySpan<byte> name)
    {
        if (CodePage == Utf8.CodePage)
        {
            // Without an exception for each of many names.
            return System.Text.Unicode.Utf8.IsValid(name) ? Encoding.UTF8.GetString(name) : null;
        }

        try
        {
            return Strict().GetString(name);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>Always a text, and another for each name: of bytes that are none of this encoding, %80 is written.</summary>
    public string ReadAny(ReadOnlySpan<byte> name)
    {
        if (Read(name) is { } text)
        {
            return text;
        }

        var parts = new StringBuilder();
        foreach (var value in name)
        {
            parts.Append(value < 0x80 && value != '%' ? ((char)value).ToString() : $"%{value:X2}");
        }

        return parts.ToString();
    }

    internal Encoding Strict() => CodePagesEncodingProvider.Instance.GetEncoding(
        CodePage, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback)!;
}
