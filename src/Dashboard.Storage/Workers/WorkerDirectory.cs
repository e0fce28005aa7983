using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Runs;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Workers;

/// <summary>The worker processes of the team, by their heartbeats.</summary>
public sealed class WorkerDirectory(IDbContextFactory<DashboardContext> contexts)
{
    /// <summary>A worker silent for this long counts as dead.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    public async Task RegisterAsync(WorkerRow worker, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        db.Workers.Add(worker);
        await db.SaveChangesAsync(stop);
    }

    public async Task HeartbeatAsync(Guid id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        await db.Database.ExecuteSqlAsync($"UPDATE workers SET heartbeat_at = now() WHERE id = {id}", stop);
    }

    /// <param name="arithmetic">What its check found, in a sentence.</param>
    public async Task SetArithmeticAsync(Guid id, string arithmetic, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        await db.Database.ExecuteSqlAsync($"UPDATE workers SET arithmetic = {arithmetic} WHERE id = {id}", stop);
    }

    /// <summary>The worker ends in order.</summary>
    public async Task StoppedAsync(Guid id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        await db.Database.ExecuteSqlAsync($"UPDATE workers SET stopped_at = now() WHERE id = {id}", stop);
    }

    /// <summary>Workers that live first, then those that went within a day, the newest first.</summary>
    public async Task<IReadOnlyList<WorkerItem>> ListAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var now = DateTimeOffset.UtcNow;
        var yesterday = now.AddDays(-1);
        var held = db.Runs.Where(Run.IsHeld);
        var rows = await db.Workers
            .Where(w => w.HeartbeatAt > yesterday)
            .OrderByDescending(w => w.StartedAt)
            .Take(200)
            .Select(w => new
            {
                Worker = w,
                Run = held
                    .Where(r => r.WorkerId == w.Id)
                    .OrderBy(r => r.Kind)
                    .Select(r => new { r.Id, r.Name })
                    .FirstOrDefault(),
            })
            .ToListAsync(stop);
        return [.. rows
            .Select(row => new WorkerItem(
                row.Worker.Id,
                row.Worker.Name,
                row.Worker.Host,
                row.Worker.ProcessId,
                row.Worker.Device,
                row.Worker.StoppedAt is not null ? WorkerState.Stopped
                    : now - row.Worker.HeartbeatAt > Silence ? WorkerState.Dead
                    : WorkerState.Alive,
                row.Run?.Id,
                row.Run?.Name,
                row.Worker.StartedAt,
                row.Worker.HeartbeatAt,
                row.Worker.Arithmetic))
            .OrderBy(w => w.State)];
    }
}
