using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Dashboard.Formats;

/// <summary>What is wrong with a JSON text, and where.</summary>
/// <param name="Path">Such as <c>spec.network.widths[3]</c>; empty for the text as a whole.</param>
/// <param name="Message">One or more sentences for a person, with the remedy.</param>
public sealed record JsonProblem(string Path, string Message);

/// <summary>
/// Refuses JSON from outside that is not one plain value: broken, with a name twice in one object, or with text that can't be
/// stored. Reads token by token, so it costs no more than the text.
/// </summary>
public static class StrictJson
{
    private const int LongestPath = 200;

    /// <returns>Null where nothing is wrong.</returns>
    public static JsonProblem? Check(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json))
        {
            return new JsonProblem("", "The JSON is not UTF-8 text. Send it in UTF-8.");
        }

        var reader = new Utf8JsonReader(json);
        var levels = new Stack<Level>();
        try
        {
            while (reader.Read())
            {
                if (Examine(ref reader, levels) is { } problem)
                {
                    return new JsonProblem(PathOf(levels), problem);
                }
            }

            return null;
        }
        catch (JsonException broken)
        {
            return new JsonProblem(
                "",
                $"The JSON is broken at line {broken.LineNumber + 1}, byte {broken.BytePositionInLine + 1}, "
                    + "or nested too deeply. Correct it there.");
        }
    }

    private static string? Examine(ref Utf8JsonReader reader, Stack<Level> levels)
    {
        if (reader.TokenType is JsonTokenType.EndObject or JsonTokenType.EndArray)
        {
            levels.Pop();
            return null;
        }

        if (reader.TokenType == JsonTokenType.PropertyName)
        {
            if (Text(ref reader) is not { } name)
            {
                return "A name here has NUL or half of a surrogate pair in it. Take it out.";
            }

            var level = levels.Peek();
            level.Name = name;
            return level.Names!.Add(name) ? null : "This name stands twice in its object. Keep one of the two.";
        }

        if (levels.TryPeek(out var parent) && parent.Names is null)
        {
            parent.Index++;
        }

        switch (reader.TokenType)
        {
            case JsonTokenType.String when Text(ref reader) is null:
                return "The text has NUL or half of a surrogate pair in it. Take it out.";
            case JsonTokenType.StartObject:
                levels.Push(new Level { Names = [] });
                break;
            case JsonTokenType.StartArray:
                levels.Push(new Level());
                break;
        }

        return null;
    }

    /// <returns>Null where it can't be stored.</returns>
    private static string? Text(ref Utf8JsonReader reader)
    {
        try
        {
            var text = reader.GetString()!;
            return StoredText.IsStorable(text) ? text : null;
        }
        catch (InvalidOperationException)
        {
            // An escape sequence of half a surrogate pair.
            return null;
        }
    }

    private static string PathOf(Stack<Level> levels)
    {
        var path = new StringBuilder();
        foreach (var level in levels.Reverse())
        {
            if (level.Names is null)
            {
                path.Append('[').Append(level.Index).Append(']');
            }
            else if (level.Name is { } name)
            {
                path.Append(path.Length > 0 ? "." : "").Append(name);
            }
        }

        return StoredText.Line(path.ToString(), LongestPath);
    }

    /// <summary>An object or array around the reader's place.</summary>
    private sealed class Level
    {
        /// <summary>Null for an array.</summary>
        public HashSet<string>? Names { get; init; }

        /// <summary>The present property's.</summary>
        public string? Name { get; set; }

        /// <summary>The present entry's.</summary>
        public int Index { get; set; } = -1;
    }
}
