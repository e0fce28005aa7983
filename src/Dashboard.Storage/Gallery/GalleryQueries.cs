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

    /// <summary>What a filter admits now, as an order to scroll through.</summary>
    public async Task<ImageOrder> OrderAsync(ImageFilter filter, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var images = await MatchingAsync(db, filter, stop);
        var newest = await images.MaxAsync(i => (long?)i.Id, stop) ?? 0;
        return new ImageOrder(newest, newest == 0 ? 0 : await images.CountAsync(i => i.Id <= newest, stop));
    }

    /// <summary>How many a filter admits that came after this order.</summary>
    public async Task<int> NewerAsync(ImageFilter filter, ImageOrder order, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await (await MatchingAsync(db, filter, stop)).CountAsync(i => i.Id > order.Newest, stop);
    }

    /// <summary>Images from a place in the order on. A place is looked for from the nearer end.</summary>
    public async Task<IReadOnlyList<ImageItem>> AtAsync(
        ImageFilter filter, ImageOrder order, int skip, int take, CancellationToken stop = default)
    {
        take = Math.Min(take, order.Count - skip);
        if (take <= 0)
        {
            return [];
        }

        await using var db = await contexts.CreateDbContextAsync(stop);
        var images = (await MatchingAsync(db, filter, stop)).Where(i => i.Id <= order.Newest);
        var rest = order.Count - skip - take;
        var ids = skip <= rest
            ? images.OrderByDescending(i => i.Id).Select(i => i.Id).Skip(skip).Take(take)
            : images.OrderBy(i => i.Id).Select(i => i.Id).Skip(rest).Take(take);
        // In two steps: what is skipped is read from an index alone, without the images' rows.
        return await ManyAsync(db, await ids.ToListAsync(stop), stop);
    }

    /// <summary>Where an image stands in an order; null where the order does not have it.</summary>
    public async Task<ImagePlace?> PlaceAsync(ImageFilter filter, ImageOrder order, long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var images = (await MatchingAsync(db, filter, stop)).Where(i => i.Id <= order.Newest);
        if (!await images.AnyAsync(i => i.Id == id, stop))
        {
            return null;
        }

        var newer = images.Where(i => i.Id > id);
        return new ImagePlace(
            await newer.CountAsync(stop),
            await newer.MinAsync(i => (long?)i.Id, stop),
            await images.Where(i => i.Id < id).MaxAsync(i => (long?)i.Id, stop));
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

    private static async Task<IReadOnlyList<ImageItem>> ManyAsync(
        DashboardContext db, IReadOnlyCollection<long> ids, CancellationToken stop)
    {
        var rows = await ImageProjection.Of(db, db.Images.AsNoTracking().Where(i => ids.Contains(i.Id)))
            .OrderByDescending(r => r.Image.Id).ToListAsync(stop);
        return [.. rows.Select(r => r.ToItem())];
    }

    private static async Task<IQueryable<GalleryImage>> MatchingAsync(
        DashboardContext db, ImageFilter filter, CancellationToken stop)
    {
        var images = db.Images.AsNoTracking();
        images = filter.Frames is { } frames ? images.Where(i => i.FrameIndex != null == frames) : images;
        images = filter.Run is { } run ? images.Where(i => i.RunId == run) : images;
        images = filter.Epoch is { } epoch ? images.Where(i => i.Epoch == epoch) : images;
        images = filter.Seed is { } seed ? images.Where(i => i.Seed == seed) : images;
        images = filter.Evaluations is { } evaluations ? images.Where(i => i.Evaluations == evaluations) : images;
        images = string.IsNullOrEmpty(filter.Sampler) ? images : images.Where(i => i.Sampler == filter.Sampler);
        images = filter.From is { } from ? images.Where(i => i.CreatedAt >= from) : images;
        images = filter.Until is { } until ? images.Where(i => i.CreatedAt < until) : images;

        // Runs are few beside images; named, so that a million images need not be joined with them.
        if (Of(db, filter) is { } runs)
        {
            var wanted = await runs.Select(r => r.Id).ToListAsync(stop);
            return images.Where(i => wanted.Contains(i.RunId));
        }

        var deleted = await db.Runs.IgnoreQueryFilters().Where(r => r.DeletedAt != null).Select(r => r.Id).ToListAsync(stop);
        return deleted.Count > 0 ? images.Where(i => !deleted.Contains(i.RunId)) : images;
    }

    /// <summary>The runs whose images a filter admits; null where it asks nothing of runs.</summary>
    private static IQueryable<Run>? Of(DashboardContext db, ImageFilter filter)
    {
        var all = db.Runs.AsNoTracking();
        var runs = filter.Dataset is { } dataset ? all.Where(r => r.DatasetId == dataset) : all;
        if (!string.IsNullOrWhiteSpace(filter.Owner))
        {
            var pattern = Like.Contains(filter.Owner);
            runs = runs.Where(r => r.OwnerId == filter.Owner || EF.Functions.ILike(r.OwnerName!, pattern, Like.Escape));
        }

        if (!string.IsNullOrWhiteSpace(filter.Search))
        {
            var (text, pattern) = (filter.Search.Trim(), Like.Contains(filter.Search));
            runs = runs.Where(r => EF.Functions.ILike(r.Name, pattern, Like.Escape)
                || EF.Functions.ILike(r.Notes, pattern, Like.Escape) || r.Tags.Contains(text));
        }

        return ReferenceEquals(runs, all) ? null : runs;
    }
}
