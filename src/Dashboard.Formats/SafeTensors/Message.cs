namespace Dashboard.Formats.SafeTensors;

/// <summary>
/// A header's texts in a message: a name may be as long as the header and have line breaks, a message may not.
/// </summary>
internal static class Message
{
    private const int Longest = 100;

    public static string Quoted(string name) => $"\"{Shortened(name)}\"";

    public static string Shortened(string text) => StoredText.Line(text, Longest + 1);
}
