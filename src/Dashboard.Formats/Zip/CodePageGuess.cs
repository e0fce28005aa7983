using System.Text;

namespace Dashboard.Formats.Zip;

/// <summary>
/// Finds the code page by which names are most plausible. Detectors made for pages of text need hundreds of characters; an
/// archive may have two labels with one umlaut each. So each character costs what it would take to say it, in bits: letters
/// that names have cost little, letters in the wrong case or script and line drawings much. The cheapest reading wins.
/// </summary>
internal static class CodePageGuess
{
    private const int MostParts = 4000;

    // What cannot be said at all in a name.
    private const double Impossible = 40;

    private const string CommonLatin = "äöüßéèêëàâçñóíáúìòùåæøœõãîôûïÄÖÜÉÅÆØÇÑÁÍÓÚÈÀ";

    // The extra bits: how much rarer archives in that code page are.
    private static readonly (NameEncoding Encoding, double Rarer)[] Candidates =
    [
        (NameEncoding.Dos850, 0), (NameEncoding.Dos437, 1), (NameEncoding.Windows1252, 2), (NameEncoding.Dos866, 1),
        (NameEncoding.Windows1251, 4), (NameEncoding.ShiftJis, 0), (NameEncoding.Gbk, 0),
    ];

    public static NameEncoding Of(IEnumerable<ReadOnlyMemory<byte>> names)
    {
        // A slash is no part of any wide character; a backslash is.
        var parts = names.SelectMany(name => Split(name.ToArray())).DistinctBy(Convert.ToHexString).Take(MostParts).ToArray();
        return Candidates.MinBy(candidate => candidate.Rarer + parts.Sum(part => Cost(part, candidate.Encoding))).Encoding;
    }

    private static IEnumerable<byte[]> Split(byte[] name)
    {
        var from = 0;
        for (var at = 0; at <= name.Length; at++)
        {
            if (at == name.Length || name[at] == '/')
            {
                if (name.AsSpan(from, at - from).ContainsAnyExceptInRange((byte)0, (byte)0x7F))
                {
                    yield return name[from..at];
                }

                from = at + 1;
            }
        }
    }

    private static double Cost(byte[] part, NameEncoding encoding)
    {
        if (encoding.Read(part) is not { } text)
        {
            return Impossible * part.Length;
        }

        var bytes = encoding.Strict();
        var cost = 0.0;
        for (var i = 0; i < text.Length; i++)
        {
            cost += Cost(text[i], i > 0 ? text[i - 1] : ' ', i + 1 < text.Length ? text[i + 1] : ' ', bytes);
        }

        return cost;
    }

    private static double Cost(char c, char before, char after, Encoding encoding) => c switch
    {
        >= 'A' and <= 'Z' => 4.5 + (before >= 0x80 && char.IsLower(before) ? 8 : 0),
        < (char)0x80 => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or ' ' or '.' ? 4.5 : 8,
        < (char)0xA0 or (>= '\uE000' and <= '\uF8FF') => Impossible,
        < (char)0xC0 or '×' or '÷' => 14,
        <= '\u024F' => (CommonLatin.Contains(c) ? 6 : 11) + Case(c, before, after) + Foreign(before, after, IsLatin)
            + (before >= 0x80 && IsLatin(before) ? 5 : 0),
        >= '\u0370' and <= '\u03FF' => 15 + Foreign(before, after, n => n is >= '\u0370' and <= '\u03FF'),
        >= '\u0400' and <= '\u04FF' => (c is >= 'А' and <= 'я' ? 5.5 : 9) + Case(c, before, after)
            + (Foreign(before, after, IsCyrillic) * 0.8) + (IsCyrillic(before) || IsCyrillic(after) ? 0 : 4),
        '\u2019' => 9,
        >= '\u2010' and <= '\u203A' => 12 + (char.IsLetter(before) && char.IsLetter(after) ? 8 : 0),
        >= '\u2500' and <= '\u25FF' => 20,
        >= '\u3041' and <= '\u30FE' => 8 + Word(before, after),
        >= '\uFF61' and <= '\uFF9F' => 9 + Word(before, after),
        >= '\u4E00' and <= '\u9FFF' => Ideograph(c, encoding) + Word(before, after),
        >= '\u3000' and <= '\u303F' or (>= '\uFF01' and <= '\uFF5E') => 11,
        _ => 16,
    };

    /// <summary>A capital within a word, or a small letter among capitals.</summary>
    private static double Case(char c, char before, char after) =>
        char.IsUpper(c) && char.IsLower(before) ? 10
        : char.IsLower(c) && char.IsUpper(before) && char.IsUpper(after) ? 6
        : 0;

    /// <summary>Letters of another script in the same word.</summary>
    private static double Foreign(char before, char after, Func<char, bool> isOwn) =>
        (char.IsLetter(before) && !isOwn(before) ? 10 : 0) + (char.IsLetter(after) && !isOwn(after) ? 10 : 0);

    private static double Word(char before, char after) =>
        (IsLatin(before) ? 7 : 0) + (IsLatin(after) ? 7 : 0);

    /// <summary>Both standards put the characters of daily use first (GB 2312 and JIS X 0208, level 1).</summary>
    private static double Ideograph(char c, Encoding encoding)
    {
        var bytes = encoding.GetBytes([c]);
        var (everyday, known) = encoding.CodePage == NameEncoding.Gbk.CodePage
            ? (bytes[0] is >= 0xB0 and <= 0xD7 && bytes[1] >= 0xA1, bytes[0] is >= 0xB0 and <= 0xF7 && bytes[1] >= 0xA1)
            : (bytes[0] is >= 0x88 and <= 0x97, bytes[0] is >= 0x98 and <= 0xEA);
        return everyday ? 11 : known ? 14.5 : 18;
    }

    private static bool IsLatin(char c) => char.IsAsciiLetter(c) || c is >= (char)0xC0 and <= '\u024F' and not ('×' or '÷');

    private static bool IsCyrillic(char c) => c is >= '\u0400' and <= '\u04FF';
}
