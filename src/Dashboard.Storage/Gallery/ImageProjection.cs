using Dashboard.Storage.Runs;

namespace Dashboard.Storage.Gallery;

/// <summary>An image's row with what a list shows of its run and its size; never the bytes.</summary>
internal sealed record ImageProjection
{
    public required GalleryImage Image { get; init; }

    public required string RunName { get; init; }

    public required int Width { get; init; }

    public required int Height { get; init; }

    // By its properties, not a constructor: EF can order only by what it can see through.
    public static IQueryable<ImageProjection> Of(DashboardContext db, IQueryable<GalleryImage> images) =>
        from image in images
        join run in db.Runs on image.RunId equals run.Id
        join blob in db.ImageBlobs on image.Sha256 equals blob.Sha256
        select new ImageProjection { Image = image, RunName = run.Name, Width = blob.Width, Height = blob.Height };

    public ImageItem ToItem() => new()
    {
        Id = Image.Id,
        Sha256 = Image.Sha256,
        Run = Image.RunId,
        RunName = RunName,
        Epoch = Image.Epoch,
        Step = Image.Step,
        ImagesSeen = Image.ImagesSeen,
        Seed = Image.Seed,
        SlerpTo = Image.SlerpTo,
        SlerpShare = Image.SlerpShare,
        Sampler = Image.Sampler,
        Evaluations = Image.Evaluations,
        Eta = Image.Eta,
        Checkpoint = Image.CheckpointId,
        Frame = Image.FrameIndex is { } index ? new ImageFrame(index, Image.FrameTime!.Value, Image.FrameShows!.Value) : null,
        Width = Width,
        Height = Height,
        CreatedAt = Image.CreatedAt,
        Sequence = Image.Sequence,
    };
}
