using System.Runtime.CompilerServices;
using Dashboard.Engine.Imaging;
using Dashboard.Formats.Labels;
using Dashboard.Formats.Zip;

namespace Dashboard.Engine.Data.Importing;

/// <summary>
/// A folder of images on this machine, sub-folders included. Links are never followed, so nothing outside the folder can be read.
/// </summary>
public sealed class FolderImport(string folder, ArchiveLimits limits, LabelOptions? options = null) : IImageSource
{
    // .NET reads names as UTF-8, and what it can't read as this character; such a file can't be opened by its name.
    private const char Replacement = '\uFFFD';

    private static readonly EnumerationOptions Everything = new()
    {
        AttributesToSkip = FileAttributes.ReparsePoint,
        RecurseSubdirectories = true,
    };

    public async IAsyncEnumerable<SourceItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        if (!Directory.Exists(folder))
        {
            throw new ImportRefusedException($"There is no folder {folder} on the worker's machine.");
        }

        yield return new SourceProgress(0, "listing the folder");
        var (files, problems, hidden) = (new List<FileSystemInfo>(), new List<SourceProblem>(), new HiddenFiles());
        if (List(new DirectoryInfo(folder), files, problems, hidden, cancellationToken) is { } closed)
        {
            throw new ImportRefusedException($"The folder {folder} can't be listed: {closed}.");
        }

        var labels = FolderLabels.Of(files.Select(NameOf), options);
        yield return new SourceFindings(labels.Findings);
        foreach (var problem in problems.Prepend(hidden.Tell()).OfType<SourceProblem>())
        {
            yield return problem;
        }

        for (var i = 0; i < files.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Examine(files[i], labels);
            if (i % 32 == 0)
            {
                yield return new SourceProgress((double)i / files.Count, "reading the folder");
            }
        }
    }

    /// <returns>Why the folder can't be listed, or null.</returns>
    private string? List(
        DirectoryInfo parent, List<FileSystemInfo> files, List<SourceProblem> problems, HiddenFiles hidden,
        CancellationToken stop)
    {
        FileSystemInfo[] children;
        try
        {
            children = parent.GetFileSystemInfos();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Reason(e);
        }

        foreach (var child in children.OrderBy(child => child.Name, StringComparer.Ordinal))
        {
            stop.ThrowIfCancellationRequested();
            if (EntryName.Hidden(child.Name) is not null)
            {
                hidden.Add(child.Name, Files(child));
            }
            else if (child.Name.Contains(Replacement) && !child.Exists)
            {
                problems.Add(new SourceProblem(
                    NameOf(child),
                    $"its name is not valid UTF-8; rename the {(child is DirectoryInfo ? "folder" : "file")}"));
            }
            else if (child is not DirectoryInfo directory || child.LinkTarget is not null)
            {
                files.Add(child);
            }
            else if (List(directory, files, problems, hidden, stop) is { } reason)
            {
                problems.Add(new SourceProblem(
                    NameOf(child) + Path.DirectorySeparatorChar, $"a folder that can't be listed: {reason}"));
            }
        }

        return null;
    }

    /// <summary>How many files a hidden entry is; one that can't be looked into counts as one.</summary>
    private int Files(FileSystemInfo entry)
    {
        try
        {
            return entry is DirectoryInfo directory && entry.LinkTarget is null
                ? Math.Max(1, directory.EnumerateFiles("*", Everything).Take(limits.MostEntries).Count())
                : 1;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 1;
        }
    }

    private SourceItem Examine(FileSystemInfo file, FolderLabels labels)
    {
        var name = NameOf(file);
        try
        {
            var wrong = file switch
            {
                { LinkTarget: not null } or DirectoryInfo => "a link; links are not followed",

                // Pipes and devices have no length either: they must not be opened, for that may never end.
                FileInfo { Length: 0 } => "empty",
                FileInfo { Length: var length } when length > limits.MostEntryBytes =>
                    $"larger than {limits.MostEntryBytes >> 20} MiB",
                _ => null,
            };
            if (wrong is not null)
            {
                return new SourceProblem(name, wrong);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new SourceProblem(name, Reason(e));
        }

        var verdict = labels.For(name);
        return new SourceEntry(name, verdict.Label, () => Read(file.FullName), verdict.Validation)
        {
            IsLeftOut = verdict.IsLeftOut,
        };
    }

    private string NameOf(FileSystemInfo file) => Path.GetRelativePath(folder, file.FullName);

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadImageException(Reason(e));
        }
    }

    private static string Reason(Exception e) => e switch
    {
        UnauthorizedAccessException => "the worker may not read it",
        FileNotFoundException or DirectoryNotFoundException => "it was gone when it was read",
        _ => $"it can't be read ({e.Message})",
    };
}
