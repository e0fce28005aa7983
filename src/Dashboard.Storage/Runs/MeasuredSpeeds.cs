using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Runs;

/// <summary>How fast a run of the same network and image size trained before.</summary>
public sealed record MeasuredSpeed(double ImagesPerSecond, long Run, string RunName);

/// <summary>What runs measured, for guessing how long the next will take.</summary>
public sealed class MeasuredSpeeds(IDbContextFactory<DashboardContext> contexts)
{
    private const int Recent = 100;

    /// <returns>The newest measurement, or null where nothing alike was trained.</returns>
    public async Task<MeasuredSpeed?> FindAsync(TrainingSpec spec, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var speed = RunMetrics.Speed.Name;
        var runs = await db.Runs.AsNoTracking()
            .Where(r => r.Kind == RunKind.Training)
            .OrderByDescending(r => r.Id)
            .Take(Recent)
            .Select(r => new
            {
                r.Id,
                r.Name,
                r.Spec,

                // The row itself holds the current speed, which is gone when the run ends.
                Speed = db.Metrics.Where(m => m.RunId == r.Id && m.Name == speed).OrderByDescending(m => m.Sequence)
                    .Select(m => (double?)m.Value).FirstOrDefault() ?? r.ImagesPerSecond,
            })
            .ToListAsync(stop);
        return runs
            .Where(r => r.Speed > 0 && double.IsFinite(r.Speed.Value)
                && SpecReader.ReadStored(RunKind.Training, JsonElement.Parse(r.Spec)) is { } other
                && other.ImageSize == spec.ImageSize && SameNetwork(other.Network, spec.Network))
            .Select(r => new MeasuredSpeed(r.Speed!.Value, r.Id, r.Name))
            .FirstOrDefault();
    }

    /// <summary>Compared as written: a record's lists compare by reference.</summary>
    public static bool SameNetwork(NetworkSpec one, NetworkSpec other) =>
        JsonSerializer.Serialize(one, SpecJson.Options) == JsonSerializer.Serialize(other, SpecJson.Options);
}
