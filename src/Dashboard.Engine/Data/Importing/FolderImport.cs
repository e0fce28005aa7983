using System.Runtime.CompilerServices;
using Dashboard.Engine.Imaging;
using Dashboard.Formats.Zip;

namespace Dashboard.Engine.Data.Importing;

/// <summary>
/// A folder of images on this machine, sub-folders included. Links are never followed, so nothing outside the folder can be read.
/// </summary>
public sealed class FolderImport(string folder, ArchiveLimits limits) : IImageSource
{
    public async IAsyncEnumerable<SourceItem> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        if (!Directory.Exists(folder))
        {
            throw new ImportRefusedException($"There is no folder {folder} on the worker's machine.");
        }

        yield return new SourceProgress(0, "listing the folder");
        var files = List(new DirectoryInfo(folder), cancellationToken).ToList();
        for (var i = 0; i < files.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return Examine(files[i]);
            if (i % 32 == 0)
            {
                yield return new SourceProgress((double)i / files.Count, "reading the folder");
            }
        }
    }

    private static IEnumerable<FileSystemInfo> List(DirectoryInfo parent, CancellationToken stop)
    {
        foreach (var child in parent.EnumerateFileSystemInfos().OrderBy(child => child.Name, StringComparer.Ordinal))
        {
            stop.ThrowIfCancellationRequested();
            if (child is DirectoryInfo directory && child.LinkTarget is null)
            {
                foreach (var below in List(directory, stop))
                {
                    yield return below;
                }
            }
            else if (!EntryName.IsClutter(child.Name))
            {
                yield return child;
            }
        }
    }

    private SourceItem Examine(FileSystemInfo file)
    {
        var name = Path.GetRelativePath(folder, file.FullName);
        return file switch
        {
            { LinkTarget: not null } => new SourceProblem(name, "a link; links are not followed"),

            // Pipes and devices have no length either: they must not be opened, for that may never end.
            FileInfo { Length: 0 } => new SourceProblem(name, "empty"),
            FileInfo { Length: var length } when length > limits.MostEntryBytes =>
                new SourceProblem(name, $"larger than {limits.MostEntryBytes >> 20} MiB"),
            _ => new SourceEntry(name, EntryName.Label(name), () => Read(file.FullName)),
        };
    }

    private static byte[] Read(string path)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (UnauthorizedAccessException)
        {
            throw new BadImageException("the worker may not read it");
        }
    }
}
