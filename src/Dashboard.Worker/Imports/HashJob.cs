using System.Threading.Channels;
using Dashboard.Engine.Data;
using Dashboard.Storage.Datasets;
using Npgsql;

namespace Dashboard.Worker.Imports;

/// <summary>Gives the images of one data set perceptual hashes, if it was imported before there were any.</summary>
internal sealed class HashJob(NpgsqlDataSource source, DatasetFiles files)
{
    private static readonly TimeSpan PatienceWithPredecessor = TimeSpan.FromSeconds(40);

    /// <returns>The exit code: 0 when nothing is left to do.</returns>
    public async Task<int> RunAsync(long id, CancellationToken stop)
    {
        await using var chore = await ImportLock.TryTakeAsync(source, id, PatienceWithPredecessor, stop);
        var recorder = new HashRecorder(source, id);
        if (chore is null || !await recorder.StartAsync(stop))
        {
            return 0;
        }

        // Only the latest is worth telling.
        var told = Channel.CreateBounded<double>(
            new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropOldest });
        var hashing = Task.Run(
            () =>
            {
                try
                {
                    return PackHashes.Of(files.Folder(id), done => told.Writer.TryWrite(done), stop);
                }
                finally
                {
                    told.Writer.Complete();
                }
            },
            stop);
        await foreach (var done in told.Reader.ReadAllAsync(stop))
        {
            await recorder.ReportAsync(done, stop);
        }

        await recorder.CompleteAsync(await hashing, stop);
        return 0;
    }
}
