using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Datasets;

/// <summary>
/// At the start: gives a team without any data set the drawn flowers, and sweeps uploads that died with their process.
/// </summary>
public sealed class DatasetSeeder(
    DatasetStore book, DatasetQueries datasets, ArtifactFiles artifacts, IOptions<DatasetOptions> options) : IHostedService
{
    public const string Name = "drawn-flowers";

    private const int Size = 96;

    // Another web node may be receiving it.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromDays(1);

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        SweepUploads();
        if (options.Value.FirstFlowers > 1 && !await datasets.AnyAsync(cancellationToken))
        {
            await book.CreateAsync(
                Name, new DrawnSource(options.Value.FirstFlowers, Size, Seed: 1), owner: null, stop: cancellationToken);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void SweepUploads()
    {
        if (!Directory.Exists(artifacts.UploadFolder))
        {
            return;
        }

        foreach (var file in new DirectoryInfo(artifacts.UploadFolder).EnumerateFiles("*.part"))
        {
            if (DateTime.UtcNow - file.LastWriteTimeUtc > AbandonedAfter)
            {
                file.Delete();
            }
        }
    }
}
