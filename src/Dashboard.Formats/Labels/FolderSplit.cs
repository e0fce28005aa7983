namespace Dashboard.Formats.Labels;

/// <summary>The part of a data set that a folder's name says.</summary>
public enum FolderSplit
{
    Training,
    Validation,
    Test,
}
