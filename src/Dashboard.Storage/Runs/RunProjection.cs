using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Formats;
using Dashboard.Storage.Datasets;

namespace Dashboard.Storage.Runs;

/// <summary>A run with the rows around it, and how it becomes a <see cref="RunItem"/>.</summary>
internal sealed record RunProjection(Run Run, string? DatasetName, string? WorkerName, int Ahead)
{
    public static IQueryable<RunProjection> Of(DashboardContext db, IQueryable<Run> runs) => runs.Select(r => new RunProjection(
        r,
        db.Datasets.Where(d => d.Id == r.DatasetId).Select(d => d.Name).FirstOrDefault(),
        db.Workers.Where(w => w.Id == r.WorkerId).Select(w => w.Name).FirstOrDefault(),
        r.State != RunState.Queued
            ? 0
            : db.Runs.Count(o => o.State == RunState.Queued && o.Queue == r.Queue
                && (o.Position < r.Position || (o.Position == r.Position && o.Id < r.Id)))));

    public RunItem ToItem()
    {
        var running = Run.State.IsHeld();
        return new RunItem
        {
            Id = Run.Id,
            Kind = Run.Kind,
            Name = Run.Name,
            Notes = Run.Notes,
            Tags = Run.Tags,
            StarredBy = Run.StarredBy,
            Pinned = Run.PinnedAt is not null,
            Archived = Run.ArchivedAt is not null,
            State = Run.State,
            Request = Run.Request,
            Owner = Run.OwnerId is null ? null : new OwnerRef(Run.OwnerId, Run.OwnerName ?? ""),
            Spec = JsonElement.Parse(Run.Spec),
            Dataset = Run.DatasetId is { } dataset ? new DatasetRef(dataset, DatasetName ?? "") : null,
            Checkpoint = Run.CheckpointId,
            Attempt = Run.Attempt,
            Position = Run.State == RunState.Queued ? Ahead + 1 : null,
            Progress = new RunProgress(
                Run.ImagesDone,
                Run.ImagesTotal,
                // After the last image it is still measured and drawn: all is done only when it has succeeded.
                Run.State == RunState.Succeeded ? 1
                    : Run.ImagesTotal == 0 ? 0
                    : Math.Clamp((double)Run.ImagesDone / Run.ImagesTotal, 0, 0.99),
                running ? Run.ImagesPerSecond : null,
                Run.Phase,
                Run.Step,
                Run.Epoch),
            Eta = running && Run.ExpectedEndAt is { } end
                ? Math.Max(0, Math.Round((end - DateTimeOffset.UtcNow).TotalSeconds))
                : null,
            Worker = Run.WorkerId is { } worker && running ? new WorkerRef(worker, WorkerName ?? "") : null,
            Facts = JsonSerializer.Deserialize<Dictionary<string, string>>(Run.Facts)!,
            LastMetrics = JsonSerializer.Deserialize<Dictionary<string, double?>>(Run.LastMetrics)!,
            BestMetrics = JsonSerializer.Deserialize<Dictionary<string, double?>>(Run.BestMetrics)!,
            // Runs of an earlier version may have an error of any length.
            Error = Run.Error is null ? null : StoredText.Line(Run.Error),
            CreatedAt = Run.CreatedAt,
            StartedAt = Run.StartedAt,
            EndedAt = Run.EndedAt,
            Times = Run.TimesAt(DateTimeOffset.UtcNow),
            Sequence = Run.Sequence,
        };
    }
}
