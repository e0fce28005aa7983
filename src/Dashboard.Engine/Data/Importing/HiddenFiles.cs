using Dashboard.Formats.Zip;

namespace Dashboard.Engine.Data.Importing;

/// <summary>Counts the hidden and system files that a source leaves out: they are told in one line, not one by one.</summary>
internal sealed class HiddenFiles
{
    private const int MostNamed = 8;

    private readonly HashSet<string> names = [];
    private int count;

    /// <param name="name">The folder or file by whose name it is left out.</param>
    public void Add(string name, int files = 1)
    {
        count += files;
        names.Add(name);
    }

    /// <summary>Null if there are none.</summary>
    public SourceProblem? Tell()
    {
        var named = string.Join(", ", names.Order(StringComparer.Ordinal).Take(MostNamed).Select(EntryName.ForPeople));
        var more = names.Count > MostNamed ? $" and {names.Count - MostNamed} more names" : "";
        return count == 0 ? null : new SourceProblem("hidden and system files", $"{count:N0} left out: {named}{more}");
    }
}
