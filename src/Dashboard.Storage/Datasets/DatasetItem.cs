using System.Text.Json;
using System.Text.Json.Serialization;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Runs;

namespace Dashboard.Storage.Datasets;

/// <summary>A data set as lists show it.</summary>
public record DatasetItem
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required DatasetKind Kind { get; init; }

    public required DatasetState State { get; init; }

    public required int ImageCount { get; init; }

    public required int SkippedCount { get; init; }

    public required int LabelCount { get; init; }

    /// <summary>Of the images on disk.</summary>
    public required long Bytes { get; init; }

    /// <summary>SHA-256 over all images and their splits: what a checkpoint was trained on.</summary>
    public required string? Fingerprint { get; init; }

    /// <summary>0…1.</summary>
    public required double Progress { get; init; }

    public required string? Phase { get; init; }

    /// <summary>Seconds that the import is likely to need yet; null when it can't be told.</summary>
    public required double? Eta { get; init; }

    public required string? Error { get; init; }

    /// <summary>What it is made from.</summary>
    public required JsonElement Source { get; init; }

    /// <summary>Null for built-in ones.</summary>
    public required OwnerRef? Owner { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset? ReadyAt { get; init; }

    /// <summary>Why no run can train on it, and what to do; null if one can or it is not ready.</summary>
    public required string? TooSmall { get; init; }

    /// <summary>Whether a worker is changing its labels; until that is done no run can be made from it.</summary>
    public required bool ChangesLabels { get; init; }
}

/// <summary>A data set as its own page shows it.</summary>
public sealed record DatasetDetail : DatasetItem
{
    public required int TrainingCount { get; init; }

    public required int ValidationCount { get; init; }

    public required IReadOnlyList<LabelCount> Labels { get; init; }

    /// <summary>The most frequent sizes, at most twenty.</summary>
    public required IReadOnlyList<SizeCount> Sizes { get; init; }

    /// <summary>
    /// The first that were skipped, at most <see cref="DatasetQueries.MostProblems"/>; skippedCount says how many there are.
    /// </summary>
    public required IReadOnlyList<ProblemItem> Problems { get; init; }

    /// <summary>Runs that train on it.</summary>
    public required int RunCount { get; init; }

    /// <summary>Images that people left out; not among those for training and held out.</summary>
    public required int LeftOutCount { get; init; }

    /// <summary>Images with transparent parts, which lie on <see cref="Background"/>.</summary>
    public required int TransparentCount { get; init; }

    /// <summary>Images of which only the first frame is used.</summary>
    public required int AnimatedCount { get; init; }

    /// <summary>What transparent parts lie on, as #rrggbb.</summary>
    public required string Background { get; init; }

    /// <summary>Labels with a single image, or with none to train on.</summary>
    public required IReadOnlyList<string> ThinLabels { get; init; }
}

/// <summary>A data set's labels, how they were found and what else they could be.</summary>
public sealed record DatasetLabels
{
    /// <summary>By what its images are labelled.</summary>
    public required LabelOptions Options { get; init; }

    /// <summary>What its import found in the names of all files; null for sources without folders and older data sets.</summary>
    public required LabelFindings? Findings { get; init; }

    /// <summary>By name.</summary>
    public required IReadOnlyList<LabelUse> Labels { get; init; }

    /// <summary>Images without a label.</summary>
    public required int Unlabelled { get; init; }

    /// <summary>Labels with a single image, or with none to train on.</summary>
    public required IReadOnlyList<string> ThinLabels { get; init; }

    /// <summary>Encodings to choose from; none where the names leave no doubt.</summary>
    public required IReadOnlyList<NameEncodingItem> NameEncodings { get; init; }

    /// <summary>What a worker is changing the labels to; null if nothing is under way.</summary>
    public required LabelOptions? Wanted { get; init; }

    /// <summary>Why the last change was not made.</summary>
    public required string? Error { get; init; }

    /// <summary>Whether folders say the labels; else the source itself did.</summary>
    public required bool HasFolders { get; init; }
}

/// <param name="LeftOut">Not among those for training and held out.</param>
public sealed record LabelUse(string Label, int Images, int Training, int Validation, int LeftOut)
{
    /// <summary>Places of some of its images.</summary>
    public IReadOnlyList<int> Samples { get; init; } = [];
}

public sealed record NameEncodingItem(string Id, string Name);

public sealed record LabelCount(string Label, int Count);

/// <param name="Width">Pixels.</param>
public sealed record SizeCount(int Width, int Height, int Count);

public sealed record ProblemItem(string Name, string Reason);

/// <param name="Split">"training" or "validation".</param>
public sealed record DatasetImageItem(
    [property: JsonIgnore] long Dataset, int Index, string Name, string? Label, string Split, int Width, int Height)
{
    /// <summary>Left out by a person: new runs don't use it.</summary>
    public bool LeftOut { get; init; }

    /// <summary>Parts of it are not opaque.</summary>
    public bool IsTransparent { get; init; }

    /// <summary>Only its first frame is used.</summary>
    public bool IsAnimated { get; init; }
}

/// <summary>One image with its place among those that are shown together.</summary>
/// <param name="Place">From 1.</param>
/// <param name="Previous">The index of the one before; null for the first.</param>
/// <param name="Next">The index of the one after; null for the last.</param>
public sealed record DatasetImageDetail(DatasetImageItem Image, int Place, int Count, int? Previous, int? Next);

/// <summary>Pictures that look the same though one is trained on and the other held out.</summary>
/// <param name="Count">Of all pairs.</param>
/// <param name="Pairs">The nearest of them.</param>
public sealed record NearDuplicateItems(long Count, IReadOnlyList<NearDuplicateItem> Pairs)
{
    /// <summary>False for a data set that was imported before near-duplicates were looked for.</summary>
    public bool IsSearched { get; init; } = true;
}

/// <param name="Distance">Bits of 64 by which their perceptual hashes differ.</param>
public sealed record NearDuplicateItem(DatasetImageItem Training, DatasetImageItem Validation, int Distance);
