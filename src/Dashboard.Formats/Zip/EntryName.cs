using System.Text;

namespace Dashboard.Formats.Zip;

/// <summary>
/// Rules for the names of entries in an archive. They are never used as paths; an archive whose names try to be is refused whole.
/// </summary>
public static class EntryName
{
    private const int LongestShown = 300;

    /// <summary>Why an archive with such an entry is refused, as a sentence for a person, or null.</summary>
    public static string? Refuse(string name)
    {
        var path = name.Replace('\\', '/');
        var absolute = path.StartsWith('/') || (path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0]));
        return absolute || path.Contains('\0') || path.Split('/').Contains("..")
            ? $"The entry “{ForPeople(name)}” points outside the archive. Pack the images again with plain relative names."
            : null;
    }

    /// <summary>The folder that directly holds the entry, or null at the top: its label.</summary>
    public static string? Label(string name)
    {
        var parts = name.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length > 1 ? ForPeople(parts[^2]) : null;
    }

    /// <summary>What an operating system adds to archives and folders by itself.</summary>
    public static bool IsClutter(string name)
    {
        var parts = name.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries);
        return parts.Length == 0 || parts.Contains("__MACOSX") || parts[^1] is ".DS_Store" or "Thumbs.db" or "desktop.ini";
    }

    /// <summary>Without control characters and broken surrogates, which no database or page takes, and not too long.</summary>
    public static string ForPeople(string name)
    {
        var text = new StringBuilder();
        foreach (var rune in name.EnumerateRunes().Where(r => !Rune.IsControl(r)).Take(LongestShown))
        {
            text.Append(rune);
        }

        return text.ToString();
    }
}
