using System.Globalization;
using System.Text.Json;
using Dashboard.Diffusion.Datasets;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats.Zip;
using Dashboard.Storage.Runs;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Datasets;

/// <summary>Reads data sets and their images.</summary>
public sealed class DatasetQueries(IDbContextFactory<DashboardContext> contexts)
{
    public const int MostProblems = 500;
    public const int MostImages = 2000;
    private const int MostSizes = 20;
    private const int MostPairs = 60;
    private const int MostSamples = 4;

    // As the rules of a training spec have it: KID compares at least two.
    private const int LeastHeldOut = 2;

    /// <summary>All data sets by name; a team has tens, not thousands.</summary>
    public async Task<IReadOnlyList<DatasetItem>> ListAsync(CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var rows = await Counted(db, db.Datasets.OrderBy(d => d.Name)).ToListAsync(stop);
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
        var byId = long.TryParse(idOrName, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
            ? await Counted(db, db.Datasets.Where(d => d.Id == id)).SingleOrDefaultAsync(stop)
            : null;
        return (byId ?? await Counted(db, db.Datasets.Where(d => d.Name == idOrName)).SingleOrDefaultAsync(stop)) is { } found
            ? ToItem(found)
            : null;
    }

    /// <summary>What the rules of a training spec ask of a data set.</summary>
    public async Task<DatasetFacts> FactsAsync(long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var images = db.DatasetImages.Where(i => i.DatasetId == id && !i.LeftOut);
        var validation = await images.CountAsync(i => i.Validation, stop);
        var labels = await UsesAsync(db, id, stop);
        return new DatasetFacts(
            await images.CountAsync(stop) - validation, validation, labels.Count(label => label.Images > label.LeftOut))
        {
            ThinLabels = Thin(labels),
        };
    }

    /// <summary>A data set's labels and how they were found; null if there is no such data set.</summary>
    public async Task<DatasetLabels?> LabelsAsync(long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        if (await db.Datasets.Where(d => d.Id == id).Select(d => new { d.Labels, d.Kind }).SingleOrDefaultAsync(stop)
            is not { } row)
        {
            return null;
        }

        var (state, uses) = (LabelState.Parse(row.Labels), await UsesAsync(db, id, stop));
        var samples = await db.DatasetImages.Where(i => i.DatasetId == id && i.Label != null).GroupBy(i => i.Label!)
            .Select(g => new { g.Key, Samples = g.OrderBy(i => i.Index).Take(MostSamples).Select(i => i.Index).ToList() })
            .ToDictionaryAsync(g => g.Key, g => g.Samples, stop);
        return new DatasetLabels
        {
            Options = state.Options,
            Findings = state.Findings,
            Labels = [.. uses.Select(use => use with { Samples = samples.GetValueOrDefault(use.Label, []) })],
            Unlabelled = await db.DatasetImages.CountAsync(i => i.DatasetId == id && i.Label == null, stop),
            ThinLabels = Thin(uses),
            NameEncodings = state.Findings?.NameEncoding is null
                ? []
                : [.. NameEncoding.All.Select(encoding => new NameEncodingItem(encoding.Id, encoding.Words))],
            Wanted = state.Wanted,
            Error = state.Error,
            HasFolders = LabelRecorder.HasFolders(row.Kind),
        };
    }

    public async Task<bool> HasLabelAsync(long id, string label, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        return await db.DatasetImages.AnyAsync(i => i.DatasetId == id && i.Label == label, stop);
    }

    public async Task<DatasetDetail?> GetAsync(long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        if (await Counted(db, db.Datasets.Where(d => d.Id == id)).SingleOrDefaultAsync(stop) is not { } counted)
        {
            return null;
        }

        var images = db.DatasetImages.Where(i => i.DatasetId == id);
        var (row, item) = (counted.Row, ToItem(counted));
        var labels = await UsesAsync(db, id, stop);
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
            TooSmall = item.TooSmall,
            ChangesLabels = item.ChangesLabels,
            TrainingCount = await images.CountAsync(i => !i.Validation && !i.LeftOut, stop),
            ValidationCount = await images.CountAsync(i => i.Validation && !i.LeftOut, stop),
            LeftOutCount = await images.CountAsync(i => i.LeftOut, stop),
            TransparentCount = await images.CountAsync(i => i.IsTransparent, stop),
            AnimatedCount = await images.CountAsync(i => i.IsAnimated, stop),
            Background = DatasetSource.BackgroundOf(row.Source),
            Labels =
            [
                .. labels.OrderByDescending(label => label.Images).ThenBy(label => label.Label, StringComparer.Ordinal)
                    .Select(label => new LabelCount(label.Label, label.Images)),
            ],
            ThinLabels = Thin(labels),
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
        return await ItemsAsync(images.Take(Math.Clamp(take, 0, MostImages)), stop);
    }

    /// <summary>One image, and which come before and after it.</summary>
    /// <param name="label">Only among those with this label.</param>
    public async Task<DatasetImageDetail?> ImageAsync(
        long id, int index, string? label = null, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var all = db.DatasetImages.AsNoTracking().Where(i => i.DatasetId == id);
        if (await ItemsAsync(all.Where(i => i.Index == index), stop) is not [var image])
        {
            return null;
        }

        var among = label is null || image.Label != label ? all : all.Where(i => i.Label == label);
        return new DatasetImageDetail(
            image,
            await among.CountAsync(i => i.Index <= index, stop),
            await among.CountAsync(stop),
            await among.Where(i => i.Index < index).MaxAsync(i => (int?)i.Index, stop),
            await among.Where(i => i.Index > index).MinAsync(i => (int?)i.Index, stop));
    }

    /// <summary>Pairs of images in use that look the same though one is trained on and the other held out.</summary>
    public async Task<NearDuplicateItems> NearDuplicatesAsync(long id, CancellationToken stop = default)
    {
        await using var db = await contexts.CreateDbContextAsync(stop);
        var all = db.DatasetImages.AsNoTracking().Where(i => i.DatasetId == id);
        var hashed = await all.Where(i => i.Hash != null && !i.LeftOut)
            .Select(i => new HashedImage(i.Index, i.Hash!.Value, i.Validation)).ToListAsync(stop);
        var found = NearDuplicates.AcrossSplit(hashed, MostPairs);
        var shown = found.Pairs.SelectMany(pair => new[] { pair.Training, pair.Validation }).Distinct().ToArray();
        var items = (await ItemsAsync(all.Where(i => shown.Contains(i.Index)), stop)).ToDictionary(item => item.Index);
        return new NearDuplicateItems(
            found.Count,
            [.. found.Pairs.Select(pair => new NearDuplicateItem(items[pair.Training], items[pair.Validation], pair.Distance))])
        {
            IsSearched = !await db.Datasets.AnyAsync(d => d.Id == id && !d.IsHashed, stop),
        };
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

    private static async Task<List<DatasetImageItem>> ItemsAsync(IQueryable<DatasetImage> images, CancellationToken stop) =>
        [.. (await images
            .Select(i => new
            {
                i.DatasetId, i.Index, i.Name, i.Label, i.Validation, i.Width, i.Height, i.LeftOut, i.IsTransparent, i.IsAnimated,
            })
            .ToListAsync(stop))
            .Select(i => new DatasetImageItem(
                i.DatasetId, i.Index, i.Name, i.Label, i.Validation ? "validation" : "training", i.Width, i.Height)
            {
                LeftOut = i.LeftOut, IsTransparent = i.IsTransparent, IsAnimated = i.IsAnimated,
            })];

    /// <summary>Labels by name.</summary>
    private static async Task<List<LabelUse>> UsesAsync(DashboardContext db, long id, CancellationToken stop) =>
        [.. (await db.DatasetImages.Where(i => i.DatasetId == id && i.Label != null).GroupBy(i => i.Label!)
            .Select(g => new
            {
                g.Key,
                Count = g.Count(),
                Training = g.Count(i => !i.Validation && !i.LeftOut),
                Held = g.Count(i => i.Validation && !i.LeftOut),
            }).ToListAsync(stop))
            .Select(g => new LabelUse(g.Key, g.Count, g.Training, g.Held, g.Count - g.Training - g.Held))
            .OrderBy(use => use.Label, StringComparer.Ordinal)];

    private static string[] Thin(IEnumerable<LabelUse> labels) =>
        [.. labels.Where(use => use.Images > use.LeftOut && (use.Training == 0 || use.Training + use.Validation < 2))
            .Select(use => use.Label)];

    /// <summary>With as many images of each side as it takes to know whether a run can train on it.</summary>
    private static IQueryable<CountedDataset> Counted(DashboardContext db, IQueryable<Dataset> datasets) =>
        datasets.AsNoTracking().Select(d => new CountedDataset(
            d,
            db.DatasetImages.Any(i => i.DatasetId == d.Id && !i.Validation && !i.LeftOut),
            db.DatasetImages.Where(i => i.DatasetId == d.Id && i.Validation && !i.LeftOut).Take(LeastHeldOut).Count()));

    private static string? TooSmall(CountedDataset counted) => counted switch
    {
        { Row.State: not DatasetState.Ready } => null,
        { HasTraining: false } => "Too small to train on: no image is left to train on. Import at least 10, or use more of them.",
        { HeldOut: < LeastHeldOut } =>
            $"Too small to train on: {(counted.HeldOut == 0 ? "no image is" : "only one image is")} held out, and KID needs "
                + "two. Import at least 10 images.",
        _ => null,
    };

    private static DatasetItem ToItem(CountedDataset counted) => ToItem(counted.Row, TooSmall(counted));

    private static DatasetItem ToItem(Dataset row, string? tooSmall) => new()
    {
        TooSmall = tooSmall,
        ChangesLabels = LabelState.Parse(row.Labels).Wanted is not null,
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

    /// <param name="HeldOut">At most <see cref="LeastHeldOut"/> are counted.</param>
    private sealed record CountedDataset(Dataset Row, bool HasTraining, int HeldOut);
}
