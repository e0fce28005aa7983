using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Dashboard.Formats.Names;
using Dashboard.Formats.Zip;

namespace Dashboard.Formats.Labels;

/// <summary>What the folders of an image say.</summary>
/// <param name="Label">Null if they say nothing.</param>
/// <param name="Validation">Whether the image is held out; null leaves that to its content.</param>
/// <param name="IsLeftOut">By a person's wish.</param>
public sealed record FolderVerdict(string? Label, bool? Validation, bool IsLeftOut);

/// <summary>
/// Finds which folder is the label. People keep images as <c>rose/1.jpg</c>, <c>flowers/train/rose/1.jpg</c> or
/// <c>train/n01443537/images/1.jpg</c>: the label is at the level that tells classes apart, folders such as train and val say
/// the split, and a folder around everything says nothing.
/// </summary>
public sealed partial class FolderLabels
{
    public const int MostListed = 500;

    /// <summary>Folders that a person can choose from; deeper ones are never told.</summary>
    public const int MostLevels = 8;

    // A deeper level must hold this part of the images to be the label.
    private const double Most = 0.9;

    // Only what does look like an image counts: annotations lie in folders too.
    private static readonly HashSet<string> ImageEndings = new(StringComparer.OrdinalIgnoreCase)
    {
        ".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".bmp", ".dib", ".gif", ".tif", ".tiff", ".heic", ".heif", ".avif",
        ".jp2", ".jxl",
    };

    // Folders that say only that there are images in them.
    private static readonly HashSet<string> Containers = new(StringComparer.OrdinalIgnoreCase)
    {
        "image", "images", "img", "imgs", "jpegimages", "jpg", "jpgs", "jpeg", "png", "pngs", "pictures", "photos", "data",
    };

    private readonly LabelOptions options;
    private readonly Dictionary<string, Folder> folders = [];
    private readonly bool canSplit;

    private FolderLabels(IEnumerable<string> paths, LabelOptions options)
    {
        this.options = options;
        foreach (var path in paths)
        {
            var parts = EntryName.Parts(path);
            var key = Key(parts);
            if (!folders.TryGetValue(key, out var folder))
            {
                folders.Add(key, folder = new Folder(Names(parts[..^1])));
            }

            folder.Images++;
            folder.LooksLikeImages += ImageEndings.Contains(Path.GetExtension(parts[^1])) ? 1 : 0;
        }

        if (folders.Values.Any(folder => folder.LooksLikeImages > 0))
        {
            foreach (var folder in folders.Values)
            {
                folder.Images = folder.LooksLikeImages;
            }
        }

        FindSplits();
        FindLabels();

        // Nothing would be left to train on if all were held out.
        canSplit = Counted.Any(f => f.Split is FolderSplit.Validation or FolderSplit.Test)
            && Counted.Any(f => f.Split is null or FolderSplit.Training);
        Findings = Find();
    }

    public LabelFindings Findings { get; }

    private IEnumerable<Folder> Counted => folders.Values.Where(folder => folder.Images > 0);

    /// <param name="paths">Of all files, with their own names at the end.</param>
    public static FolderLabels Of(IEnumerable<string> paths, LabelOptions? options = null) => new(paths, options ?? new());

    /// <summary>What is said of one of the files.</summary>
    public FolderVerdict For(string path)
    {
        var folder = folders[Key(EntryName.Parts(path))];
        var label = folder.Label;
        return new FolderVerdict(
            label is null ? null : options.Rename.GetValueOrDefault(label, label),
            canSplit && options.UseSplits ? folder.Split is FolderSplit.Validation or FolderSplit.Test : null,
            label is not null && options.LeaveOut.Contains(label));
    }

    /// <summary>The folder that is the label of one of the files, under its own name; null without one.</summary>
    public string? FolderOf(string path) => folders[Key(EntryName.Parts(path))].Label;

    private static string Key(string[] parts) => string.Join('/', parts[..^1]);

    private static string[] Names(string[] parts) => [.. parts.Select(Name)];

    /// <summary>What can't be shown is left out; a part of the name's hash instead keeps two names from becoming one.</summary>
    private static string Name(string part)
    {
        var shown = EntryName.ForPeople(part);
        var name = ComposedText.Of(shown);
        return shown == part
            ? name
            : $"{name} ({Convert.ToHexStringLower(SHA256.HashData(MemoryMarshal.AsBytes(part.AsSpan()))[..4])})";
    }

    /// <summary>A folder's name as a split, with or without a number or a word that means nothing: train2017, test_set.</summary>
    private static FolderSplit? SplitOf(string name) => SplitName().Match(name) is { Success: true } match
        ? match.Groups[1].Value.ToUpperInvariant() switch
        {
            "TRAIN" or "TRAINING" => FolderSplit.Training,
            "TEST" or "TESTING" => FolderSplit.Test,
            _ => FolderSplit.Validation,
        }
        : null;

    [GeneratedRegex(
        @"^(train|training|val|valid|validation|test|testing)[-_ ]?(\d{1,4}|set|data|images)?$", RegexOptions.IgnoreCase)]
    private static partial Regex SplitName();

    [GeneratedRegex(@"[\d\W_]+")]
    private static partial Regex Numbering();

    /// <summary>ImageNet names its classes by numbers.</summary>
    [GeneratedRegex(@"^n\d{8}$")]
    private static partial Regex WordNet();

    private void FindSplits()
    {
        var children = Children();
        foreach (var folder in folders.Values)
        {
            for (var i = 0; i < folder.Names.Length && folder.Split is null; i++)
            {
                if (SplitOf(folder.Names[i]) is { } split && IsSplit(split, folder, i, children))
                {
                    (folder.Split, folder.SplitAt) = (split, i);
                }
            }
        }
    }

    /// <summary>A folder “train” with plain images beside other classes holds trains.</summary>
    private static bool IsSplit(FolderSplit split, Folder folder, int at, Dictionary<string, HashSet<string>> children)
    {
        var siblings = children.GetValueOrDefault(folder.Above(at), []);
        return split != FolderSplit.Training || siblings.Count <= 1 || children.ContainsKey(folder.Above(at + 1))
            || siblings.Any(name => SplitOf(name) is FolderSplit.Validation or FolderSplit.Test);
    }

    /// <summary>The names of the folders in each folder.</summary>
    private Dictionary<string, HashSet<string>> Children()
    {
        var children = new Dictionary<string, HashSet<string>>();
        foreach (var folder in Counted)
        {
            for (var i = 0; i < folder.Names.Length; i++)
            {
                var above = folder.Above(i);
                if (!children.TryGetValue(above, out var names))
                {
                    children.Add(above, names = []);
                }

                names.Add(folder.Names[i]);
            }
        }

        return children;
    }

    private void FindLabels()
    {
        if (options.Level is { } level)
        {
            foreach (var folder in folders.Values)
            {
                folder.LabelAt = level > 0 && level <= folder.Names.Length ? level - 1 : null;
            }

            return;
        }

        // Splits, and folders like “images” that are alone in theirs, are no level.
        var children = Children();
        foreach (var folder in folders.Values)
        {
            folder.Levels = [.. Enumerable.Range(0, folder.Names.Length).Where(i => i != folder.SplitAt
                && !(Containers.Contains(folder.Names[i]) && children.GetValueOrDefault(folder.Above(i))?.Count == 1))];
        }

        if (TellingLevel() is { } telling)
        {
            foreach (var folder in folders.Values)
            {
                folder.LabelAt = telling < folder.Levels.Length ? folder.Levels[telling] : null;
            }
        }
    }

    private int? TellingLevel()
    {
        for (var level = 0; Counted.Any(folder => folder.Levels.Length > level); level++)
        {
            if (Counted.Where(folder => folder.Levels.Length > level).DistinctBy(folder => folder.At(level)).Skip(1).Any())
            {
                while (IsFiner(level + 1))
                {
                    level++;
                }

                return level;
            }
        }

        return null;
    }

    /// <summary>
    /// Whether a level divides the classes of the one above it: each of its names lies in one of them only (unlike “left” and
    /// “right” in every class), and they are words (unlike “batch 1”, “batch 2”).
    /// </summary>
    private bool IsFiner(int level)
    {
        var above = Counted.Where(folder => folder.Levels.Length >= level).ToList();
        var deep = above.Where(folder => folder.Levels.Length > level).ToList();
        if (deep.Sum(f => (long)f.Images) < Most * above.Sum(f => (long)f.Images))
        {
            return false;
        }

        var parents = deep.GroupBy(f => f.At(level)).ToDictionary(g => g.Key, g => g.DistinctBy(f => f.At(level - 1)).Count());
        var stems = parents.Keys.Where(name => !WordNet().IsMatch(name)).GroupBy(name => Numbering().Replace(name, "")).ToList();
        return parents.Count > deep.DistinctBy(f => f.At(level - 1)).Count()
            && parents.Values.All(count => count == 1)
            && stems.All(stem => stem.Key.Length > 0 && (stem.Count() == 1 || stem.Count() * 2 <= parents.Count));
    }

    private LabelFindings Find()
    {
        var levels = new List<FolderLevel>();
        for (var level = 0; level < MostLevels && Counted.Any(f => f.Names.Length > level); level++)
        {
            var names = Count(Counted.Where(f => f.Names.Length > level), f => f.Names[level]);
            levels.Add(new FolderLevel(level + 1, names.Count, [.. names.Take(MostListed)]));
        }

        var labelled = Counted.Where(folder => folder.Label is not null).ToList();
        var at = labelled.Select(folder => folder.LabelAt).Distinct().ToList();
        return new LabelFindings(
            at is [{ } only] ? only + 1 : null,
            [.. Count(labelled, folder => folder.Label!).Take(MostListed)],
            levels,
            new SplitCounts(InSplit(FolderSplit.Training), InSplit(FolderSplit.Validation), InSplit(FolderSplit.Test)))
        {
            CanSplit = canSplit,
        };
    }

    private int InSplit(FolderSplit split) => Counted.Where(folder => folder.Split == split).Sum(folder => folder.Images);

    private static List<FolderCount> Count(IEnumerable<Folder> folders, Func<Folder, string> name) =>
        [.. folders.GroupBy(name).Select(g => new FolderCount(g.Key, g.Sum(f => f.Images)))
            .OrderBy(f => f.Name, StringComparer.Ordinal)];

    /// <summary>A folder that holds files.</summary>
    private sealed class Folder(string[] names)
    {
        public string[] Names { get; } = names;

        public int Images { get; set; }

        public int LooksLikeImages { get; set; }

        public FolderSplit? Split { get; set; }

        /// <summary>The place of the split's name.</summary>
        public int SplitAt { get; set; } = -1;

        /// <summary>The places of the names that may be labels.</summary>
        public int[] Levels { get; set; } = [];

        public int? LabelAt { get; set; }

        public string? Label => LabelAt is { } at ? Names[at] : null;

        public string At(int level) => Names[Levels[level]];

        /// <summary>The folders around one of the names.</summary>
        public string Above(int at) => string.Join('/', Names[..at]);
    }
}
