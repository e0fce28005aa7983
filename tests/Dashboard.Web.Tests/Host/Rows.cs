using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;

namespace Dashboard.Web.Tests.Host;

/// <summary>Rows as the worker would have written them.</summary>
internal static class Rows
{
    /// <returns>The run's and its data set's ids.</returns>
    public static async Task<(long Run, long Dataset)> RunAsync(DashboardApp app, string? owner, string name = "a run")
    {
        var dataset = await DatasetAsync(app);
        return await app.DatabaseAsync(async db =>
        {
            var run = new Run
            {
                Kind = RunKind.Training,
                Queue = TicketOffice.TrainingQueue,
                Name = name,
                Spec = System.Text.Json.JsonSerializer.Serialize(
                    Presets.All[0].Template with { Dataset = $"{dataset}" }, SpecJson.Options),
                Position = 1,
                OwnerId = owner,
                OwnerName = owner,
                DatasetId = dataset,
            };
            db.Runs.Add(run);
            await db.SaveChangesAsync();
            return (run.Id, dataset);
        });
    }

    /// <summary>80 images to train on and 20 to validate with.</summary>
    public static async Task<long> DatasetAsync(
        DashboardApp app, DatasetState state = DatasetState.Ready) => await app.DatabaseAsync(async db =>
    {
        var dataset = new Dataset
        {
            Name = $"flowers {Guid.NewGuid():N}",
            Kind = DatasetKind.Zip,
            State = state,
            ImageCount = 100,
            Error = state == DatasetState.Failed ? "It broke." : null,
        };
        db.Datasets.Add(dataset);
        await db.SaveChangesAsync();
        db.DatasetImages.AddRange(Enumerable.Range(0, 100).Select(i => new DatasetImage
        {
            DatasetId = dataset.Id,
            Index = i,
            Name = $"{i}.jpg",
            Validation = i % 5 == 0,
            Width = 64,
            Height = 64,
            Thumbnail = [1],
        }));
        await db.SaveChangesAsync();
        return dataset.Id;
    });

    public static Task<long> CheckpointAsync(
        DashboardApp app, long run, string path, long bytes = 4) => app.DatabaseAsync(async db =>
    {
        var checkpoint = new Checkpoint
        {
            RunId = run,
            Sequence = 1,
            Kind = CheckpointKind.Last,
            Step = 10,
            Epoch = 1,
            ImagesSeen = 80,
            Path = path,
            Sha256 = new string('a', 64),
            Bytes = bytes,
            CreatedAt = DateTimeOffset.UtcNow,
        };
        db.Checkpoints.Add(checkpoint);
        await db.SaveChangesAsync();
        return checkpoint.Id;
    });

    public static Task<string> ImageAsync(DashboardApp app, long run, byte[] png) => app.DatabaseAsync(async db =>
    {
        var sha256 = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(png));
        db.ImageBlobs.Add(new() { Sha256 = sha256, Png = png, Thumbnail = [1, 2, 3], Width = 8, Height = 8 });
        db.Images.Add(new()
        {
            RunId = run,
            Sequence = 2,
            Sha256 = sha256,
            Seed = 7,
            Sampler = "ddim",
            Evaluations = 5,
            Eta = 0,
            Step = 10,
            Epoch = 1,
            ImagesSeen = 80,
            CreatedAt = DateTimeOffset.UtcNow,
        });
        await db.SaveChangesAsync();
        return sha256;
    });
}
