using System.Globalization;
using Dashboard.Formats;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Artifacts;

/// <summary>A file or folder that no row names.</summary>
/// <param name="Path">Relative to the artifact folder.</param>
public sealed record OrphanFile(string Path, long Bytes);

/// <summary>What a row names that is not there.</summary>
public enum MissingKind
{
    /// <summary>The images of a data set that is ready.</summary>
    Dataset,

    Checkpoint,

    /// <summary>The weights that a waiting import is to check.</summary>
    Import,
}

/// <param name="Id">Of the data set, checkpoint or run.</param>
/// <param name="Path">Relative to the artifact folder.</param>
public sealed record OrphanRow(MissingKind Kind, long Id, string Name, string Path);

/// <param name="Unmounted">Rows name files, but the folder has none at all: it may be another one, or not mounted.</param>
public sealed record OrphanReport(IReadOnlyList<OrphanFile> Files, IReadOnlyList<OrphanRow> Rows, bool Unmounted)
{
    public bool IsClean => Files.Count == 0 && Rows.Count == 0;

    public long Bytes => Files.Sum(file => file.Bytes);
}

/// <summary>
/// Compares the artifact folder with the tables: what one has and the other does not is found, and mended if asked.
/// </summary>
public sealed class Orphans(NpgsqlDataSource source, ArtifactFiles files, DatasetFiles datasets)
{
    /// <summary>A younger file may belong to a transaction, an upload or an import that is under way.</summary>
    private static readonly TimeSpan Youth = TimeSpan.FromHours(1);

    public async Task<OrphanReport> FindAsync(CancellationToken stop = default)
    {
        // The folder first: what is written meanwhile is then known to the tables, not the other way round.
        var found = new List<FileSystemInfo>();
        foreach (var folder in new[] { "uploads", "imports", "datasets", "runs" })
        {
            var parent = new DirectoryInfo(Path.Combine(files.Root, folder));
            found.AddRange(parent.Exists ? parent.EnumerateFileSystemInfos() : []);
        }

        var rows = await ReadAsync(stop);
        var missing = Missing(rows).ToList();
        var orphans = found.SelectMany(entry => Unnamed(entry, rows)).Where(IsOld)
            .Select(entry => new OrphanFile(files.Relative(entry.FullName), BytesOf(entry)))
            .OrderBy(file => file.Path, StringComparer.Ordinal)
            .ToList();
        return new OrphanReport(orphans, missing, Unmounted: missing.Count > 0 && found.Count == 0);
    }

    /// <summary>
    /// Deletes the files, sets data sets and waiting imports to failed with the reason, and removes the rows of checkpoints.
    /// </summary>
    /// <exception cref="InvalidOperationException">The folder is not the one that the tables name.</exception>
    public async Task MendAsync(OrphanReport report, CancellationToken stop = default)
    {
        if (report.Unmounted)
        {
            throw new InvalidOperationException(
                $"Nothing at all is in {files.Root}, although the database names files there. Mount it, or correct "
                    + "Dashboard:Artifacts.");
        }

        foreach (var file in report.Files)
        {
            var path = files.Resolve(file.Path);
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
            else if (File.Exists(path))
            {
                File.Delete(path);
            }
        }

        foreach (var row in report.Rows)
        {
            await (row.Kind switch
            {
                MissingKind.Dataset => FailDatasetAsync(row.Id, stop),
                MissingKind.Checkpoint => RemoveCheckpointAsync(row.Id, stop),
                _ => FailImportAsync(row.Id, stop),
            });
        }
    }

    private IEnumerable<OrphanRow> Missing(Rows rows)
    {
        foreach (var dataset in rows.Datasets.Where(row => row.State == nameof(DatasetState.Ready)))
        {
            var pack = Path.Combine(datasets.Folder(dataset.Id), ArtifactNames.Pack);
            if (!File.Exists(pack))
            {
                yield return new OrphanRow(MissingKind.Dataset, dataset.Id, dataset.Name, files.Relative(pack));
            }
        }

        foreach (var checkpoint in rows.Checkpoints.Where(row => !Exists(row.Path)))
        {
            yield return new OrphanRow(
                MissingKind.Checkpoint, checkpoint.Id, string.Create(CultureInfo.InvariantCulture, $"run {checkpoint.Run}"),
                checkpoint.Path);
        }

        foreach (var run in rows.Runs.Where(row => row is { Weights: not null, State: "Queued" or "Paused" }))
        {
            var path = files.ImportedWeights(run.Weights!);
            if (!File.Exists(path))
            {
                yield return new OrphanRow(MissingKind.Import, run.Id, run.Name, files.Relative(path));
            }
        }
    }

    /// <returns>False also for a path that leads out of the folder, as after somebody tampered with the row.</returns>
    private bool Exists(string path)
    {
        try
        {
            return files.Exists(path);
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>
    /// The entry, or what lies in it, where no row names it. Names that the dashboard does not give are left alone.
    /// </summary>
    private IEnumerable<FileSystemInfo> Unnamed(FileSystemInfo entry, Rows rows)
    {
        var parent = Path.GetFileName(Path.GetDirectoryName(entry.FullName));
        return parent switch
        {
            "uploads" when entry is FileInfo => [entry],
            "imports" when entry is FileInfo { Extension: ".safetensors" } =>
                rows.Weights.Contains(files.Relative(entry.FullName)) ? [] : [entry],
            "datasets" when IdOf(entry.Name) is { } id && !IsOfDataset(entry, rows.Datasets.Find(row => row.Id == id)) => [entry],
            "runs" when entry is DirectoryInfo folder && long.TryParse(entry.Name, CultureInfo.InvariantCulture, out var id) =>
                rows.Runs.Find(row => row.Id == id) is { } run ? Unnamed(folder, run, rows) : [entry],
            _ => [],
        };
    }

    /// <summary>Of a run that exists: kept weights of which no checkpoint tells, and what was half written.</summary>
    private IEnumerable<FileSystemInfo> Unnamed(DirectoryInfo folder, RunRow run, Rows rows) => folder.EnumerateFiles().Where(
        file => (file.Extension == ".tmp" && run.State is not ("Running" or "Pausing"))
        || (file.Name.StartsWith("kept-", StringComparison.Ordinal) && file.Extension == ".safetensors"
            && !rows.Paths.Contains(files.Relative(file.FullName))));

    private static bool IsOfDataset(FileSystemInfo entry, DatasetRow? row) => row is not null && entry.Extension switch
    {
        ".zip" => row is { Kind: nameof(DatasetKind.Zip), State: nameof(DatasetState.Importing) },
        ".download" => row.State != nameof(DatasetState.Ready),
        ArtifactNames.ImportingSuffix => row.State == nameof(DatasetState.Importing),
        _ => row.State != nameof(DatasetState.Failed),
    };

    /// <summary>The number before the first dot of a data set's file or folder; null for a name that is not one.</summary>
    private static long? IdOf(string name)
    {
        var dot = name.IndexOf('.', StringComparison.Ordinal);
        var known = dot < 0 || name[dot..] is ".zip" or ".download" or ArtifactNames.ImportingSuffix;
        return known && long.TryParse(dot < 0 ? name : name[..dot], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? id
            : null;
    }

    private static bool IsOld(FileSystemInfo entry) => DateTime.UtcNow - entry.LastWriteTimeUtc > Youth;

    private static long BytesOf(FileSystemInfo entry) => entry switch
    {
        FileInfo file => file.Length,
        DirectoryInfo folder => folder.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length),
        _ => 0,
    };

    private async Task<Rows> ReadAsync(CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var sets = await connection.Command("SELECT id, name, kind, state FROM datasets").RowsAsync(
            row => new DatasetRow(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3)), stop);
        var checkpoints = await connection.Command("SELECT id, run_id, path FROM checkpoints ORDER BY id").RowsAsync(
            row => new CheckpointRow(row.GetInt64(0), row.GetInt64(1), row.GetString(2)), stop);
        var runs = await connection.Command(
            "SELECT id, name, state, CASE WHEN kind = 'Import' THEN spec ->> 'sha256' END FROM runs").RowsAsync(
            row => new RunRow(row.GetInt64(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3)),
            stop);
        var paths = checkpoints.Select(row => row.Path).ToHashSet();
        var weights = runs.Where(run => run is { Weights: not null, State: not ("Failed" or "Canceled") })
            .Select(run => files.Relative(files.ImportedWeights(run.Weights!)))
            .Concat(paths)
            .ToHashSet();
        return new Rows(sets, runs, checkpoints, paths, weights);
    }

    private async Task FailDatasetAsync(long id, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await using var transaction = await connection.BeginTransactionAsync(stop);
        await connection.Command(
            """
            UPDATE datasets SET state = 'Failed', phase = NULL, image_count = 0, label_count = 0, bytes = 0, progress_at = now(),
                error = 'Its images are gone from the artifact folder. Import it again, or put the folder back from a backup.'
            WHERE id = @id AND state = 'Ready'
            """,
            ("id", id)).ExecuteAsync(stop);
        await connection.Command("DELETE FROM dataset_images WHERE dataset_id = @id", ("id", id)).ExecuteAsync(stop);
        await connection.NotifyDatasetAsync(id, stop);
        await transaction.CommitAsync(stop);
        datasets.RemoveFailed(id);
    }

    private async Task RemoveCheckpointAsync(long id, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var runs = await connection.Command("DELETE FROM checkpoints WHERE id = @id RETURNING run_id", ("id", id))
            .RowsAsync(row => row.GetInt64(0), stop);
        foreach (var run in runs)
        {
            await connection.NotifyRunAsync(run, stop);
        }
    }

    private async Task FailImportAsync(long id, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        await connection.Command(
            """
            UPDATE runs SET state = 'Failed', error = 'The uploaded file is gone. Import it again.', ended_at = now(),
                sequence = sequence + 1
            WHERE id = @id AND state IN ('Queued', 'Paused')
            """,
            ("id", id)).ExecuteAsync(stop);
        await connection.NotifyRunAsync(id, stop);
    }

    private sealed record DatasetRow(long Id, string Name, string Kind, string State);

    private sealed record CheckpointRow(long Id, long Run, string Path);

    /// <param name="Weights">SHA-256 of what an import run names.</param>
    private sealed record RunRow(long Id, string Name, string State, string? Weights);

    /// <param name="Paths">Of checkpoints.</param>
    /// <param name="Weights">Paths of imported weights that a run or a checkpoint needs.</param>
    private sealed record Rows(
        List<DatasetRow> Datasets, List<RunRow> Runs, List<CheckpointRow> Checkpoints, HashSet<string> Paths,
        HashSet<string> Weights);
}
