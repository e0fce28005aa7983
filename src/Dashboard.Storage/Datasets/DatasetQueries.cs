using System.Globalization;
using System.Text.Json;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Runs;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Datasets;

/// <summary>Reads data sets and their images.</summary>
public sealed class DatasetQueries(IDbContextFactory<DashboardContext> contexts)
{
    public const int MostProblems = 500;
    public const int MostImages = 2000;
    private const int MostSizes = 20;

    /// <summary>All data sets by name; a team has tens, not thousands.</summary>
    public async Task<IReadOnlyList<DatasetItem>> ListAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await db.Datasets.AsNoTracking().OrderBy(d => d.Name).ToListAsync(stop);
        return [.. rows.Select(ToItem)];
    }

    public async Task<bool> AnyAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.Datasets.AnyAsync(stop);
    }

    /// <summary>A data set by its id or its name.</summary>
    public async Task<DatasetItem?> FindAsync(string idOrName, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var datasets = db.Datasets.AsNoTracking();
        var byId = long.TryParse(idOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? await datasets.SingleOrDefaultAsync(d => d.Id == id, stop)
            : null;
        return (byId ?? await datasets.SingleOrDefaultAsync(d => d.Name == idOrName, stop)) is { } found ? ToItem(found) : null;
    }

    /// <summary>What the rules of a training spec ask of a data set.</summary>
    public async Task<DatasetFacts> FactsAsync(long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var images = db.DatasetImages.Where(i => i.DatasetId == id);
        var validation = await images.CountAsync(i => i.Validation, stop);
        var labels = await images.Where(i => i.Label != null).Select(i => i.Label).Distinct().CountAsync(stop);
        return new DatasetFacts(await images.CountAsync(stop) - validation, validation, labels);
    }

    public async Task<bool> HasLabelAsync(long id, string label, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.DatasetImages.AnyAsync(i => i.DatasetId == id && i.Label == label, stop);
    }

    public async Task<DatasetDetail?> GetAsync(long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        if (await db.Datasets.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, stop) is not { } row)
        {
            return null;
        }

        var images = db.DatasetImages.Where(i => i.DatasetId == id);
        var item = ToItem(row);
        return new DatasetDetail
        {
            Id = item.Id,
            Name = item.Name,
            Kind = item.Kind,
            State = item.State,
            ImageCount = item.ImageCount,
            SkippedCount = item.SkippedCount,
            LabelCount = item.LabelCount,
            Bytes = item.Bytes,
            Fingerprint = item.Fingerprint,
            Progress = item.Progress,
            Phase = item.Phase,
            Eta = item.Eta,
            Error = item.Error,
            Source = item.Source,
            Owner = item.Owner,
            CreatedAt = item.CreatedAt,
            ReadyAt = item.ReadyAt,
            TrainingCount = await images.CountAsync(i => !i.Validation, stop),
            ValidationCount = await images.CountAsync(i => i.Validation, stop),
            Labels = await images.Where(i => i.Label != null).GroupBy(i => i.Label!).Select(g => new { g.Key, Count = g.Count() })
                .OrderByDescending(g => g.Count).ThenBy(g => g.Key).Select(g => new LabelCount(g.Key, g.Count)).ToListAsync(stop),
            Sizes = await images.GroupBy(i => new { i.Width, i.Height })
                .Select(g => new { g.Key.Width, g.Key.Height, Count = g.Count() })
                .OrderByDescending(g => g.Count).Take(MostSizes)
                .Select(g => new SizeCount(g.Width, g.Height, g.Count)).ToListAsync(stop),
            Problems = await db.DatasetProblems.Where(p => p.DatasetId == id).OrderBy(p => p.Id).Take(MostProblems)
                .Select(p => new ProblemItem(p.Name, p.Reason)).ToListAsync(stop),
            RunCount = await db.Runs.CountAsync(r => r.DatasetId == id, stop),
        };
    }

    /// <summary>Images in the order of the pack, from a place in it.</summary>
    /// <param name="skip">Matching images to pass over.</param>
    /// <param name="label">Only those with this label.</param>
    public async Task<IReadOnlyList<DatasetImageItem>> ImagesAsync(
        long id, int skip, int take, string? label = null, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var images = db.DatasetImages.AsNoTracking().Where(i => i.DatasetId == id);

        // Without a filter the place is the key, so that the far end of a large set costs no more than its start.
        images = label is null
            ? images.Where(i => i.Index >= skip).OrderBy(i => i.Index)
            : images.Where(i => i.Label == label).OrderBy(i => i.Index).Skip(skip);
        var rows = await images.Take(Math.Clamp(take, 0, MostImages))
            .Select(i => new { i.Index, i.Name, i.Label, i.Validation, i.Width, i.Height }).ToListAsync(stop);
        return [.. rows.Select(i => new DatasetImageItem(
            id, i.Index, i.Name, i.Label, i.Validation ? "validation" : "training", i.Width, i.Height))];
    }

    /// <summary>
    /// A small square picture, and whether it will never change: an import that starts again may put another in its place.
    /// </summary>
    public async Task<(byte[] Bytes, bool IsFinal)?> ThumbnailAsync(long id, int index, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var found = await (from image in db.DatasetImages
                           join dataset in db.Datasets on image.DatasetId equals dataset.Id
                           where image.DatasetId == id && image.Index == index
                           select new { image.Thumbnail, dataset.State }).SingleOrDefaultAsync(stop);
        return found is null ? null : (found.Thumbnail, found.State == DatasetState.Ready);
    }

    private static DatasetItem ToItem(Dataset row) => new()
    {
        Id = row.Id,
        Name = row.Name,
        Kind = row.Kind,
        State = row.State,
        ImageCount = row.ImageCount,
        SkippedCount = row.SkippedCount,
        LabelCount = row.LabelCount,
        Bytes = row.Bytes,
        Fingerprint = row.Fingerprint,
        Progress = row.Progress,
        Phase = row.Phase,
        Eta = Eta(row),
        Error = row.Error,
        Source = JsonElement.Parse(row.Source),
        Owner = row.OwnerId is null ? null : new OwnerRef(row.OwnerId, row.OwnerName ?? row.OwnerId),
        CreatedAt = row.CreatedAt,
        ReadyAt = row.ReadyAt,
    };

    // As long again as it took so far, in proportion. Too early nothing can be said.
    private static double? Eta(Dataset row) => row is { State: DatasetState.Importing, Progress: > 0.02, ProgressAt: { } at }
        ? Math.Max(0, (at - row.CreatedAt).TotalSeconds * (1 - row.Progress) / row.Progress)
        : null;
}
