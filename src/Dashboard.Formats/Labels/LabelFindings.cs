namespace Dashboard.Formats.Labels;

/// <summary>What an import found in the names of images, for people who decide on the labels.</summary>
/// <param name="Level">The folder that is the label, from 1 for the outermost; null without labels, or if it differs.</param>
/// <param name="Labels">The folders that are labels, under their own names, those left out included.</param>
/// <param name="Levels">What the folders of each level are called.</param>
/// <param name="Splits">Images in folders such as train and val.</param>
/// <param name="NameEncoding">Id of the encoding by which the names were read; null if they left no doubt.</param>
public sealed record LabelFindings(
    int? Level,
    IReadOnlyList<FolderCount> Labels,
    IReadOnlyList<FolderLevel> Levels,
    SplitCounts Splits,
    string? NameEncoding = null)
{
    /// <summary>Whether folders such as train and val leave something to train on and something to hold out.</summary>
    public bool CanSplit { get; init; }
}

/// <param name="Level">From 1 for the outermost.</param>
/// <param name="Count">How many names there are.</param>
/// <param name="Folders">The first of them by name, at most <see cref="FolderLabels.MostListed"/>.</param>
public sealed record FolderLevel(int Level, int Count, IReadOnlyList<FolderCount> Folders);

/// <param name="Images">How many files below it look like images.</param>
public sealed record FolderCount(string Name, int Images);

/// <param name="Validation">In val, valid or validation.</param>
public sealed record SplitCounts(int Training, int Validation, int Test)
{
    public bool Any => Training + Validation + Test > 0;
}
