using System.Text.Json.Serialization;

namespace Dashboard.Formats.Labels;

/// <summary>How the images of a zip or a folder get their labels and their split. The default is what is done unasked.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record LabelOptions
{
    /// <summary>Which folder is the label, from 1 for the outermost; 0 for no labels, null for the level found.</summary>
    public int? Level { get; init; }

    /// <summary>Whether folders such as train and val decide the split, instead of the images' content.</summary>
    public bool UseSplits { get; init; }

    /// <summary>New names by the names of the folders. Two folders with one new name become one label.</summary>
    public IReadOnlyDictionary<string, string> Rename { get; init => field = value ?? field; } = new Dictionary<string, string>();

    /// <summary>Folders whose images are left out, by their own names.</summary>
    public IReadOnlyList<string> LeaveOut { get; init => field = value ?? field; } = [];

    /// <summary>Id of the encoding of names that don't say what they are; null for the most likely one.</summary>
    public string? NameEncoding { get; init; }

    /// <summary>Whether the same images get their labels and their split by the same folders.</summary>
    public bool ReadsAs(LabelOptions other) =>
        (Level, UseSplits, NameEncoding) == (other.Level, other.UseSplits, other.NameEncoding);
}
