using System.Globalization;
using System.Text;

namespace Dashboard.Formats.Names;

/// <summary>
/// Unicode's normalization form C (UAX 15). .NET's own leaves text as it is where globalization is invariant, as it is here.
/// The data is UnicodeData.txt reduced to combining classes and canonical decompositions.
/// </summary>
public static class ComposedText
{
    // Hangul syllables are composed by arithmetic (The Unicode Standard, 3.12).
    private const int SyllableBase = 0xAC00;
    private const int LeadBase = 0x1100;
    private const int VowelBase = 0x1161;
    private const int TrailBase = 0x11A7;
    private const int Leads = 19;
    private const int Vowels = 21;
    private const int Trails = 28;

    private static readonly Lazy<Data> Canonical = new(Data.Load);

    public static string Of(string text)
    {
        if (text.All(char.IsAscii))
        {
            return text;
        }

        var points = new List<int>(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            Decompose(rune.Value, points);
        }

        Order(points);
        Compose(points);
        var composed = new StringBuilder(text.Length);
        foreach (var point in points)
        {
            composed.Append(new Rune(point).ToString());
        }

        return composed.ToString();
    }

    private static void Decompose(int point, List<int> into)
    {
        if (point - SyllableBase is >= 0 and < Leads * Vowels * Trails and var syllable)
        {
            into.Add(LeadBase + (syllable / (Vowels * Trails)));
            into.Add(VowelBase + (syllable % (Vowels * Trails) / Trails));
            if (syllable % Trails > 0)
            {
                into.Add(TrailBase + (syllable % Trails));
            }
        }
        else if (Canonical.Value.Parts.TryGetValue(point, out var parts))
        {
            foreach (var part in parts)
            {
                Decompose(part, into);
            }
        }
        else
        {
            into.Add(point);
        }
    }

    private static void Order(List<int> points)
    {
        for (var i = 1; i < points.Count; i++)
        {
            var ofThis = Class(points[i]);
            for (var at = i; ofThis > 0 && at > 0 && Class(points[at - 1]) > ofThis; at--)
            {
                (points[at], points[at - 1]) = (points[at - 1], points[at]);
            }
        }
    }

    private static void Compose(List<int> points)
    {
        var starter = -1;
        var lastClass = 0;
        for (var i = 0; i < points.Count; i++)
        {
            var ofThis = Class(points[i]);
            var isBlocked = starter >= 0 && i > starter + 1 && (lastClass == 0 || lastClass >= ofThis);
            if (starter >= 0 && !isBlocked && Pair(points[starter], points[i]) is { } both)
            {
                points[starter] = both;
                points.RemoveAt(i--);
                continue;
            }

            if (ofThis == 0)
            {
                starter = i;
            }

            lastClass = ofThis;
        }
    }

    private static int Class(int point) => Canonical.Value.Classes.GetValueOrDefault(point);

    private static int? Pair(int first, int second)
    {
        if (first - LeadBase is >= 0 and < Leads and var lead && second - VowelBase is >= 0 and < Vowels and var vowel)
        {
            return SyllableBase + (((lead * Vowels) + vowel) * Trails);
        }

        if (first - SyllableBase is >= 0 and < Leads * Vowels * Trails and var syllable && syllable % Trails == 0
            && second - TrailBase is > 0 and < Trails and var trail)
        {
            return first + trail;
        }

        return Canonical.Value.Pairs.TryGetValue((first, second), out var both) ? both : null;
    }

    private sealed record Data(Dictionary<int, int> Classes, Dictionary<int, int[]> Parts, Dictionary<(int, int), int> Pairs)
    {
        /// <summary>Each line: code point, combining class, its parts, and a star when it is never composed.</summary>
        public static Data Load()
        {
            var data = new Data([], [], []);
            using var lines = new StreamReader(typeof(ComposedText).Assembly.GetManifestResourceStream("canonical.txt")!);
            while (lines.ReadLine() is { } line)
            {
                var fields = line.Split(';');
                var point = Number(fields[0]);
                if (int.Parse(fields[1], CultureInfo.InvariantCulture) is > 0 and var ofThis)
                {
                    data.Classes[point] = ofThis;
                }

                if (fields[2].Length > 0)
                {
                    int[] parts = [.. fields[2].Split(' ').Select(Number)];
                    data.Parts[point] = parts;
                    if (fields.Length == 3 && parts is [var first, var second])
                    {
                        data.Pairs[(first, second)] = point;
                    }
                }
            }

            return data;
        }

        private static int Number(string hex) => int.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }
}
