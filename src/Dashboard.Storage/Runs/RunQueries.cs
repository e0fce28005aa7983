using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Storage.Workers;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dashboard.Storage.Runs;

/// <summary>Reads runs and what they reported.</summary>
public sealed class RunQueries(
    IDbContextFactory<DashboardContext> contexts, NpgsqlDataSource source, ArtifactFiles files, WorkerDirectory workers)
{
    private const int MostItems = 500;

    /// <summary>In a cursor: the last run of its page is pinned.</summary>
    private const string PinnedName = "pinned";

    /// <summary>Most rows that the feed reads at once; the reader comes back for the rest.</summary>
    private const int MostMessages = 1000;

    public async Task<Page<RunItem>> ListAsync(RunFilter filter, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var runs = db.Runs.AsNoTracking();
        if (filter.States is { Count: > 0 } states)
        {
            runs = runs.Where(r => states.Contains(r.State));
        }

        if (filter.Kind is { } kind)
        {
            runs = runs.Where(r => r.Kind == kind);
        }

        if (filter.Dataset is { } dataset)
        {
            runs = runs.Where(r => r.DatasetId == dataset);
        }

        if (!string.IsNullOrWhiteSpace(filter.Owner))
        {
            var pattern = Like.Contains(filter.Owner);
            runs = runs.Where(r => r.OwnerId == filter.Owner || EF.Functions.ILike(r.OwnerName!, pattern, Like.Escape));
        }

        if (!string.IsNullOrWhiteSpace(filter.Search))
        {
            var pattern = Like.Contains(filter.Search);
            runs = runs.Where(r => EF.Functions.ILike(r.Name, pattern, Like.Escape));
        }

        if (filter.Archived is { } archived)
        {
            runs = runs.Where(r => r.ArchivedAt != null == archived);
        }

        if (!string.IsNullOrWhiteSpace(filter.Tag))
        {
            runs = runs.Where(r => r.Tags.Contains(filter.Tag.Trim()));
        }

        if (filter.StarredBy is { } person)
        {
            runs = runs.Where(r => r.StarredBy.Contains(person));
        }

        var after = Cursor.Parse(filter.Cursor);
        runs = (filter.Sort, after) switch
        {
            (RunSort.Pinned, null) => runs.OrderByDescending(r => r.PinnedAt != null).ThenByDescending(r => r.Id),
            (RunSort.Pinned, { Name: PinnedName }) => runs.Where(r => r.PinnedAt == null || r.Id < after.Id)
                .OrderByDescending(r => r.PinnedAt != null).ThenByDescending(r => r.Id),
            (RunSort.Pinned, _) => runs.Where(r => r.PinnedAt == null && r.Id < after.Id).OrderByDescending(r => r.Id),
            (RunSort.Newest, null) => runs.OrderByDescending(r => r.Id),
            (RunSort.Newest, _) => runs.Where(r => r.Id < after.Id).OrderByDescending(r => r.Id),
            (RunSort.Oldest, null) => runs.OrderBy(r => r.Id),
            (RunSort.Oldest, _) => runs.Where(r => r.Id > after.Id).OrderBy(r => r.Id),
            (_, null) => runs.OrderBy(r => r.Name).ThenBy(r => r.Id),
            _ => runs.Where(r => r.Name.CompareTo(after.Name) > 0 || (r.Name == after.Name && r.Id > after.Id))
                .OrderBy(r => r.Name).ThenBy(r => r.Id),
        };
        var limit = Math.Clamp(filter.Limit, 1, MostItems);
        var rows = await RunProjection.Of(db, runs.Take(limit + 1)).ToListAsync(stop);
        var next = rows.Count > limit ? rows[limit - 1].Run : null;
        return new Page<RunItem>(
            [.. rows.Take(limit).Select(r => r.ToItem())],
            next is null ? null : new Cursor(next.Id, filter.Sort switch
            {
                RunSort.Name => next.Name,
                RunSort.Pinned when next.PinnedAt is not null => PinnedName,
                _ => "",
            }).ToString());
    }

    /// <summary>How many runs are in each state, and how fast those that run are together.</summary>
    public async Task<RunTotals> TotalsAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var counts = await db.Runs.GroupBy(r => r.State).Select(g => new { State = g.Key, Count = g.Count() }).ToListAsync(stop);
        var speed = await db.Runs.Where(r => r.State == RunState.Running).SumAsync(r => r.ImagesPerSecond ?? 0, stop);
        return new RunTotals(counts.ToDictionary(c => c.State, c => c.Count), speed);
    }

    public async Task<RunItem?> GetAsync(long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return (await RunProjection.Of(db, db.Runs.AsNoTracking().Where(r => r.Id == id)).SingleOrDefaultAsync(stop))?.ToItem();
    }

    /// <summary>Those of the runs that exist, in no particular order.</summary>
    public async Task<IReadOnlyList<RunItem>> GetAsync(IReadOnlyCollection<long> ids, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await RunProjection.Of(db, db.Runs.AsNoTracking().Where(r => ids.Contains(r.Id))).ToListAsync(stop);
        return [.. rows.Select(row => row.ToItem())];
    }

    /// <summary>A run's lowest KID with the standard error that was measured with it; null before the first.</summary>
    public async Task<BestKid?> BestKidAsync(long id, CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var rows = await connection.Command(
            """
            SELECT kid.value, kid.epoch, error.value FROM metrics kid
            LEFT JOIN metrics error ON error.run_id = kid.run_id AND error.name = @error AND error.step = kid.step
            WHERE kid.run_id = @id AND kid.name = @kid AND kid.value < 'Infinity' ORDER BY kid.value LIMIT 1
            """,
            ("id", id), ("kid", RunMetrics.Kid.Name), ("error", RunMetrics.KidError.Name))
            .RowsAsync(row => new BestKid(
                row.GetDouble(0), row.IsDBNull(2) ? null : FiniteValue.Of(row.GetDouble(2)), row.GetInt32(1)), stop);
        return rows is [var best, ..] ? best : null;
    }

    /// <summary>
    /// A run's series, each cut into at most <paramref name="buckets"/> points with the extremes of their bucket.
    /// </summary>
    /// <param name="names">Null or empty for all.</param>
    /// <param name="afterSequence">Only what was reported later.</param>
    public async Task<IReadOnlyList<MetricSeries>> MetricsAsync(
        long id, IReadOnlyCollection<string>? names = null, int buckets = 1000, long afterSequence = 0,
        CancellationToken stop = default)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        var rows = await connection.Command(
            """
            WITH numbered AS (
                SELECT *, row_number() OVER (PARTITION BY name ORDER BY sequence) - 1 AS place,
                    count(*) OVER (PARTITION BY name) AS total
                FROM metrics WHERE run_id = @id AND sequence > @after AND (cardinality(@names) = 0 OR name = ANY(@names)))
            SELECT name, max(step), max(epoch), max(images_seen), max(at), min(value), max(value), max(sequence), count(*)
            FROM numbered GROUP BY name, CASE WHEN total <= @buckets THEN place ELSE place * @buckets / total END
            ORDER BY name, max(sequence)
            """,
            ("id", id), ("after", afterSequence), ("names", names?.ToArray() ?? []),
            ("buckets", (long)Math.Clamp(buckets, 1, 20_000)))
            .RowsAsync(row =>
            {
                var (min, max) = (FiniteValue.Of(row.GetDouble(5)), FiniteValue.Of(row.GetDouble(6)));
                var single = row.GetInt64(8) == 1;
                var point = new MetricPoint(
                    row.GetInt64(1), row.GetInt32(2), row.GetInt64(3), row.GetFieldValue<DateTimeOffset>(4),
                    single ? min : null, single ? null : min, single ? null : max, row.GetInt64(7));
                return (Name: row.GetString(0), Point: point);
            }, stop);
        return [.. rows.GroupBy(r => r.Name).Select(series => new MetricSeries(series.Key, [.. series.Select(r => r.Point)]))];
    }

    /// <summary>A run's images in the order in which they were drawn.</summary>
    /// <param name="frames">False for finished samples, true for frames, null for both.</param>
    /// <param name="seed">Only this seed's.</param>
    public async Task<Page<ImageItem>> ImagesAsync(
        long id, int? epoch = null, bool? frames = null, long? seed = null, string? cursor = null, int limit = 200,
        CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var images = db.Images.AsNoTracking().Where(i => i.RunId == id);
        if (epoch is not null)
        {
            images = images.Where(i => i.Epoch == epoch);
        }

        if (frames is not null)
        {
            images = images.Where(i => i.FrameIndex != null == frames);
        }

        if (seed is not null)
        {
            images = images.Where(i => i.Seed == seed);
        }

        if (Cursor.Parse(cursor) is { } after)
        {
            images = images.Where(i => i.Sequence > after.Id);
        }

        limit = Math.Clamp(limit, 1, MostItems);
        var rows = await ImageProjection.Of(db, images).OrderBy(r => r.Image.Sequence).Take(limit + 1).ToListAsync(stop);
        return new Page<ImageItem>(
            [.. rows.Take(limit).Select(r => r.ToItem())],
            rows.Count > limit ? new Cursor(rows[limit - 1].Image.Sequence).ToString() : null);
    }

    /// <summary>The epochs of which a run has images, ascending.</summary>
    public async Task<IReadOnlyList<int>> ImageEpochsAsync(long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.Images.Where(i => i.RunId == id).Select(i => i.Epoch).Distinct().OrderBy(e => e).ToListAsync(stop);
    }

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<CheckpointItem>> CheckpointsAsync(long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await db.Checkpoints.AsNoTracking()
            .Where(c => c.RunId == id && db.Runs.Any(r => r.Id == id))
            .OrderByDescending(c => c.Sequence).ToListAsync(stop);
        var newest = rows.DistinctBy(c => c.Path).Select(c => c.Id).ToHashSet();
        return [.. rows.Select(c => ToItem(c, newest.Contains(c.Id)))];
    }

    public async Task<CheckpointItem?> CheckpointAsync(long checkpointId, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var row = await db.Checkpoints.AsNoTracking().SingleOrDefaultAsync(
            c => c.Id == checkpointId && db.Runs.Any(r => r.Id == c.RunId), stop);
        return row is null
            ? null
            : ToItem(row, !await db.Checkpoints.AnyAsync(
                c => c.RunId == row.RunId && c.Path == row.Path && c.Sequence > row.Sequence, stop));
    }

    /// <summary>The run's best checkpoint by KID, else its last; null where it has none.</summary>
    public async Task<CheckpointItem?> BestCheckpointAsync(long id, CancellationToken stop = default) =>
        (await CheckpointsAsync(id, stop)).Where(c => c.Available)
            .OrderBy(c => c.Kind == CheckpointKind.Best ? 0 : 1).FirstOrDefault();

    /// <summary>Absolute path of a checkpoint's file; null when it is not <see cref="CheckpointItem.Available"/>.</summary>
    public async Task<string?> CheckpointPathAsync(long checkpointId, CancellationToken stop = default)
    {
        if (await CheckpointAsync(checkpointId, stop) is not { Available: true })
        {
            return null;
        }

        await using var db = await contexts.CreateDbContextAsync(stop);
        return files.Resolve(await db.Checkpoints.Where(c => c.Id == checkpointId).Select(c => c.Path).SingleAsync(stop));
    }

    /// <summary>Lines of a run's log, the oldest first.</summary>
    public Task<IReadOnlyList<LogItem>> LogsAsync(
        long id, long afterSequence = 0, int limit = 1000, CancellationToken stop = default) =>
        LogsAsync(id, RunLogLevel.Information, afterSequence, limit, stop);

    /// <summary>Lines of a run's log of a level and above, the oldest first.</summary>
    public async Task<IReadOnlyList<LogItem>> LogsAsync(
        long id, RunLogLevel least, long afterSequence = 0, int limit = 1000, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var levels = Enum.GetValues<RunLogLevel>().Where(level => level >= least).ToList();
        return await db.RunLogs.Where(l => l.RunId == id && l.Sequence > afterSequence && levels.Contains(l.Level))
            .OrderBy(l => l.Sequence).Take(Math.Clamp(limit, 1, 10_000))
            .Select(l => new LogItem(l.Sequence, l.At, l.Level, l.Text, l.Detail)).ToListAsync(stop);
    }

    /// <summary>What the activity page shows.</summary>
    public async Task<ActivitySnapshot> ActivityAsync(int samples = 8, int recent = 10, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var runs = db.Runs.AsNoTracking();
        var running = await RunProjection.Of(db, runs.Where(Run.IsHeld).OrderBy(r => r.StartedAt)).ToListAsync(stop);
        var waiting = await RunProjection.Of(
            db,
            runs.Where(r => r.State == RunState.Queued || r.State == RunState.Paused)
                .OrderBy(r => r.Queue).ThenBy(r => r.Position).ThenBy(r => r.Id).Take(MostItems)).ToListAsync(stop);
        var ended = await RunProjection.Of(
            db, runs.Where(r => r.EndedAt != null).OrderByDescending(r => r.EndedAt).Take(recent)).ToListAsync(stop);
        var newest = new Dictionary<long, IReadOnlyList<ImageItem>>();
        foreach (var run in running)
        {
            var images = db.Images.AsNoTracking().Where(i => i.RunId == run.Run.Id && i.FrameIndex == null);
            newest[run.Run.Id] =
            [
                .. (await ImageProjection.Of(db, images).OrderByDescending(i => i.Image.Sequence).Take(samples).ToListAsync(stop))
                    .Select(i => i.ToItem())
            ];
        }

        return new ActivitySnapshot(
            [.. running.Select(r => r.ToItem())],
            [.. waiting.Select(r => r.ToItem())],
            [.. ended.Select(r => r.ToItem())],
            await workers.ListAsync(stop),
            newest);
    }

    /// <summary>What happened to a run after a sequence, in order; its present state once, as the newest.</summary>
    internal async Task<IReadOnlyList<RunMessage>> MessagesAsync(long id, long after, CancellationToken stop)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        // One snapshot, so that no row of a later transaction comes along whose forerunners were not read.
        await using var transaction = await db.Database.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, stop);
        var state = await RunProjection.Of(db, db.Runs.IgnoreQueryFilters().AsNoTracking().Where(r => r.Id == id))
            .SingleOrDefaultAsync(stop);
        if (state is null || state.Run.Sequence <= after)
        {
            return [];
        }

        if (state.Run.DeletedAt is not null)
        {
            return [new RunMessage(state.Run.Sequence, "deleted", new { })];
        }

        var messages = new List<RunMessage>();
        if (state.Run.RewindSequence > after && after > 0)
        {
            messages.Add(new RunMessage(state.Run.RewindSequence, "reset", new { }));
        }

        var metrics = await db.Metrics.AsNoTracking().Where(m => m.RunId == id && m.Sequence > after)
            .OrderBy(m => m.Sequence).Take(MostMessages).ToListAsync(stop);
        messages.AddRange(metrics.GroupBy(m => m.Sequence).Select(g => new RunMessage(g.Key, "metrics", new MetricsItem(
            g.First().Step, g.First().Epoch, g.First().ImagesSeen, g.First().At,
            g.ToDictionary(m => m.Name, m => FiniteValue.Of(m.Value))))));
        var images = await ImageProjection.Of(db, db.Images.AsNoTracking().Where(i => i.RunId == id && i.Sequence > after))
            .OrderBy(i => i.Image.Sequence).Take(MostMessages).ToListAsync(stop);
        messages.AddRange(images.Select(i => i.ToItem())
            .Select(i => new RunMessage(i.Sequence, i.Frame is null ? "image" : "frame", i)));
        var logs = await db.RunLogs.AsNoTracking().Where(l => l.RunId == id && l.Sequence > after)
            .OrderBy(l => l.Sequence).Take(MostMessages).ToListAsync(stop);
        messages.AddRange(logs.Select(
            l => new RunMessage(l.Sequence, "log", new LogItem(l.Sequence, l.At, l.Level, l.Text, l.Detail))));
        var checkpoints = await db.Checkpoints.AsNoTracking().Where(c => c.RunId == id && c.Sequence > after)
            .OrderBy(c => c.Sequence).Take(MostMessages).ToListAsync(stop);
        messages.AddRange(checkpoints.Select(c => new RunMessage(c.Sequence, "checkpoint", ToItem(c, true))));

        // Where one kind was cut off, the others end there too, and the reader comes again.
        long[] cuts =
        [
            metrics.Count == MostMessages ? metrics[^1].Sequence - 1 : long.MaxValue,
            images.Count == MostMessages ? images[^1].Image.Sequence : long.MaxValue,
            logs.Count == MostMessages ? logs[^1].Sequence : long.MaxValue,
            checkpoints.Count == MostMessages ? checkpoints[^1].Sequence : long.MaxValue,
        ];
        var cut = cuts.Min();
        messages.RemoveAll(m => m.Sequence > cut);
        if (cut == long.MaxValue)
        {
            messages.Add(new RunMessage(state.Run.Sequence, "state", state.ToItem()));
        }

        // A stable sort: a reset stays before what has its sequence, the state after.
        return [.. messages.OrderBy(m => m.Sequence)];
    }

    private CheckpointItem ToItem(Checkpoint row, bool newest) => new()
    {
        Id = row.Id,
        Run = row.RunId,
        Kind = row.Kind,
        Epoch = row.Epoch,
        Step = row.Step,
        ImagesSeen = row.ImagesSeen,
        Kid = row.Kid,
        Sha256 = row.Sha256,
        Bytes = row.Bytes,
        Available = newest && files.Exists(row.Path),
        CreatedAt = row.CreatedAt,
        Sequence = row.Sequence,
    };
}
