using Microsoft.Extensions.Options;

namespace Dashboard.Web.Datasets;

/// <summary>
/// The folders of the server below which images may be imported. Links are resolved before anything is compared.
/// </summary>
public sealed class FolderRoots(IOptions<DatasetOptions> options)
{
    private const int MostLinks = 40;

    public IReadOnlyList<string> All { get; } = [.. options.Value.FolderRoots];

    /// <summary>The real path of a folder below a root, or what is wrong with it.</summary>
    public (string? Path, string? Problem) Resolve(string? folder)
    {
        if (All.Count == 0)
        {
            return (null, "No folder may be imported. Name those that may under Dashboard:Datasets:FolderRoots "
                + "in the dashboard's settings.");
        }

        if (string.IsNullOrWhiteSpace(folder) || folder.Contains('\0') || !Path.IsPathFullyQualified(folder))
        {
            return (null, $"Give the full path of a folder below {string.Join(" or ", All)}.");
        }

        // Whether a folder outside the roots exists is nobody's business, so both cases get the same answer.
        return Real(folder) is { } real && Directory.Exists(real)
            && All.Select(Real).Any(root => root is not null && IsBelow(real, root))
            ? (real, null)
            : (null, $"There is no such folder below {string.Join(" or ", All)}.");
    }

    private static bool IsBelow(string path, string root) =>
        path == root
        || path.StartsWith(Path.TrimEndingDirectorySeparator(root) + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    /// <summary>The path with every link on the way resolved; null if a part of it is not there.</summary>
    private static string? Real(string path)
    {
        var rest = new Stack<string>(
            Path.GetFullPath(path).Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse());
        var real = Path.GetPathRoot(Path.GetFullPath(path))!;
        for (var links = 0; rest.TryPop(out var part);)
        {
            var next = new DirectoryInfo(Path.Combine(real, part));
            if (next.LinkTarget is not { } target)
            {
                real = next.FullName;
            }
            else if (++links > MostLinks)
            {
                return null;
            }
            else
            {
                var full = Path.GetFullPath(target, real);
                real = Path.GetPathRoot(full)!;
                foreach (var link in full.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries).Reverse())
                {
                    rest.Push(link);
                }
            }
        }

        return Path.Exists(real) ? real : null;
    }
}
