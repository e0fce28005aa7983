namespace Dashboard.Storage.Postgres;

/// <summary>What a person types, as a LIKE pattern that finds it literally.</summary>
internal static class Like
{
    public const string Escape = "\\";

    public static string Contains(string text)
    {
        var escaped = text.Trim().Replace("\\", "\\\\", StringComparison.Ordinal)
            .Replace("%", "\\%", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
        return $"%{escaped}%";
    }
}
