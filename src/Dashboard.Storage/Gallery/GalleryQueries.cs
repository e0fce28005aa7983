using Dashboard.Storage.Datasets;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Runs;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Gallery;

/// <summary>Reads what was ever generated.</summary>
public sealed class GalleryQueries(IDbContextFactory<DashboardContext> contexts, RunQueries runs)
{
    private const int MostItems = 500;

    /// <summary>A page of the gallery, the newest first. The page costs the same however deep it lies.</summary>
    public async Task<Page<ImageItem>> ListAsync(ImageFilter filter, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var images = await MatchingAsync(db, filter, stop);
        if (Cursor.Parse(filter.Cursor) is { } after)
        {
            images = images.Where(i => i.Id < after.Id);
        }

        var limit = Math.Clamp(filter.Limit, 1, MostItems);
        var rows = await ImageProjection.Of(db, images).OrderByDescending(r => r.Image.Id).Take(limit + 1).ToListAsync(stop);
        return new Page<ImageItem>(
            [.. rows.Take(limit).Select(r => r.ToItem())],
            rows.Count > limit ? new Cursor(rows[limit - 1].Image.Id).ToString() : null);
    }

    /// <summary>
    /// The ids of all that a filter admits, the newest first: a fixed order to scroll through. Eight bytes an image.
    /// </summary>
    /// <param name="after">Only what is newer than this id.</param>
    public async Task<IReadOnlyList<long>> IdsAsync(ImageFilter filter, long after = 0, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var images = await MatchingAsync(db, filter, stop);
        return await images.Where(i => i.Id > after).OrderByDescending(i => i.Id).Select(i => i.Id).ToListAsync(stop);
    }

    /// <summary>Images by their ids, the newest first; those that are gone are left out.</summary>
    public async Task<IReadOnlyList<ImageItem>> ManyAsync(IReadOnlyCollection<long> ids, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await ImageProjection.Of(db, db.Images.AsNoTracking().Where(i => ids.Contains(i.Id)))
            .OrderByDescending(r => r.Image.Id).ToListAsync(stop);
        return [.. rows.Select(r => r.ToItem())];
    }

    public async Task<long> CountAsync(ImageFilter filter, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await (await MatchingAsync(db, filter, stop)).LongCountAsync(stop);
    }

    /// <summary>An image with all that is known of how it was made.</summary>
    public async Task<ImageDetail?> GetAsync(long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var row = await ImageProjection.Of(db, db.Images.AsNoTracking().Where(i => i.Id == id)).SingleOrDefaultAsync(stop);
        if (row is null || await runs.GetAsync(row.Image.RunId, stop) is not { } run)
        {
            return null;
        }

        var checkpoint = row.Image.CheckpointId is { } used ? await runs.CheckpointAsync(used, stop) : null;
        var trainedBy = checkpoint is null ? run : await runs.GetAsync(checkpoint.Run, stop);
        return new ImageDetail(row.ToItem(), run, trainedBy, checkpoint);
    }

    /// <summary>
    /// The way from noise to image of the same run, seed and step, in order; x_t and predicted x₀ of a moment follow each other.
    /// </summary>
    public async Task<IReadOnlyList<ImageItem>> FramesAsync(long imageId, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        if (await db.Images.AsNoTracking().SingleOrDefaultAsync(i => i.Id == imageId, stop) is not { } image)
        {
            return [];
        }

        var frames = db.Images.AsNoTracking().Where(i =>
            i.RunId == image.RunId && i.Seed == image.Seed && i.Epoch == image.Epoch && i.Step == image.Step
                && i.FrameIndex != null);
        var rows = await ImageProjection.Of(db, frames).OrderBy(r => r.Image.FrameIndex).ThenBy(r => r.Image.FrameShows)
            .ToListAsync(stop);
        return [.. rows.Select(r => r.ToItem())];
    }

    public async Task<bool> HasAsync(string sha256, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.ImageBlobs.AnyAsync(b => b.Sha256 == sha256, stop);
    }

    public async Task<byte[]?> PngAsync(string sha256, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.ImageBlobs.Where(b => b.Sha256 == sha256).Select(b => b.Png).SingleOrDefaultAsync(stop);
    }

    /// <summary>A small WebP.</summary>
    public async Task<byte[]?> ThumbnailAsync(string sha256, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.ImageBlobs.Where(b => b.Sha256 == sha256).Select(b => b.Thumbnail).SingleOrDefaultAsync(stop);
    }

    private static async Task<IQueryable<GalleryImage>> MatchingAsync(
        DashboardContext db, ImageFilter filter, CancellationToken stop)
    {
        var images = db.Images.AsNoTracking();
        // Few at any time; named, so that a million images need not be joined with their runs.
        var deleted = await db.Runs.IgnoreQueryFilters().Where(r => r.DeletedAt != null).Select(r => r.Id).ToListAsync(stop);
        images = deleted.Count > 0 ? images.Where(i => !deleted.Contains(i.RunId)) : images;
        images = filter.Frames is { } frames ? images.Where(i => i.FrameIndex != null == frames) : images;
        images = filter.Run is { } run ? images.Where(i => i.RunId == run) : images;
        images = filter.Epoch is { } epoch ? images.Where(i => i.Epoch == epoch) : images;
        images = filter.Seed is { } seed ? images.Where(i => i.Seed == seed) : images;
        images = string.IsNullOrEmpty(filter.Sampler) ? images : images.Where(i => i.Sampler == filter.Sampler);
        if (filter.Dataset is { } dataset)
        {
            images = images.Where(i => db.Runs.Any(r => r.Id == i.RunId && r.DatasetId == dataset));
        }

        if (!string.IsNullOrWhiteSpace(filter.Search))
        {
            var pattern = Like.Contains(filter.Search);
            images = images.Where(i => db.Runs.Any(r => r.Id == i.RunId && EF.Functions.ILike(r.Name, pattern, Like.Escape)));
        }

        return images;
    }
}
