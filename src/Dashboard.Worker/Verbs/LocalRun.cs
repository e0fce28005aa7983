using System.CommandLine;
using Dashboard.Engine.Checkpoints;
using Dashboard.Formats;

namespace Dashboard.Worker.Verbs;

/// <summary>The folder of a run in the terminal: its checkpoints, samples, and the images that it was trained on.</summary>
internal sealed class LocalRun(string folder)
{
    public string Folder => folder;

    public string Last { get; } = Path.Combine(folder, ArtifactNames.LastCheckpoint);

    public string Samples { get; } = Path.Combine(folder, "samples");

    public string Images { get; } = Path.Combine(folder, "images");

    private string Best { get; } = Path.Combine(folder, ArtifactNames.BestCheckpoint);

    /// <summary>What a new run would replace.</summary>
    private IEnumerable<string> Existing => [.. new[] { Last, Best }.Where(File.Exists), .. RunOutput.PicturesIn(Samples)];

    /// <exception cref="IOException">The folder holds another run, which may not be replaced.</exception>
    public void RefuseToReplace(ParseResult arguments, OverwriteOption overwrite)
    {
        if (Existing.FirstOrDefault() is { } found)
        {
            overwrite.RefuseUnlessGiven(
                arguments,
                $"{folder} holds a run already ({Path.GetRelativePath(folder, found)}); go on with it with --resume.");
        }
    }

    /// <summary>Deletes what the run before left; anything else in the folder stays.</summary>
    public void Clear()
    {
        foreach (var file in Existing.ToList())
        {
            File.Delete(file);
        }
    }

    /// <summary>What the last checkpoint says of its run.</summary>
    /// <exception cref="IOException">There is none.</exception>
    public CheckpointHeader ReadLast()
    {
        if (!File.Exists(Last))
        {
            throw new IOException(
                $"There is no checkpoint in {folder} to resume from. Leave --resume out to start a run there, or name the run's "
                    + "folder with --output.");
        }

        var header = CheckpointHeader.Read(Last);
        return header.WeightsOnly
            ? throw new InvalidDataException($"{Last} holds exported weights alone, from which no run can be resumed.")
            : header;
    }

    /// <summary>Keeps other processes from training into the same folder until it is disposed.</summary>
    /// <exception cref="IOException">Another process does.</exception>
    public IDisposable Lock()
    {
        Directory.CreateDirectory(folder);
        try
        {
            return new FileStream(
                Path.Combine(folder, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1,
                FileOptions.DeleteOnClose);
        }
        catch (IOException taken) when (File.Exists(Path.Combine(folder, ".lock")))
        {
            throw new IOException($"Another process trains into {folder}. Wait for it, or name another --output.", taken);
        }
    }
}
