using System.Text;

namespace Dashboard.Formats.Zip;

/// <summary>
/// Rules for the names of entries in an archive. They are never used as paths; an archive whose names try to be is refused whole.
/// </summary>
public static class EntryName
{
    private const int LongestShown = 300;

    // What operating systems, cameras, NAS boxes and editors put beside the files of people.
    private static readonly HashSet<string> System = new(StringComparer.OrdinalIgnoreCase)
    {
        "__MACOSX", "@eaDir", "@SynoResource", "@Recycle", "@Recently-Snapshot", "#recycle", "#snapshot", "$RECYCLE.BIN",
        "RECYCLER", "System Volume Information", "lost+found", "Network Trash Folder", "Temporary Items", "__pycache__",
        "Thumbs.db", "ehthumbs.db", "ehthumbs_vista.db", "desktop.ini", "Picasa.ini", "ZbThumbnail.info", "Icon\r",
    };

    /// <summary>Why an archive with such an entry is refused, as a sentence for a person, or null.</summary>
    public static string? Refuse(string name)
    {
        var path = name.Replace('\\', '/');
        var absolute = path.StartsWith('/') || (path.Length > 1 && path[1] == ':' && char.IsAsciiLetter(path[0]));
        return absolute || path.Contains('\0') || path.Split('/').Contains("..")
            ? $"The entry “{ForPeople(name)}” points outside the archive. Pack the images again with plain relative names."
            : null;
    }

    /// <summary>The folders of an entry and its own name, from the outermost.</summary>
    public static string[] Parts(string name) =>
        [.. name.Replace('\\', '/').Split('/', StringSplitOptions.RemoveEmptyEntries).Where(part => part != ".")];

    /// <summary>
    /// The first part of a path that is hidden or the system's own, which hides all below it; null without one.
    /// </summary>
    public static string? Hidden(string name) => Array.Find(Parts(name), IsHidden);

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

    private static bool IsHidden(string part) => part.StartsWith('.') || System.Contains(part);
}
