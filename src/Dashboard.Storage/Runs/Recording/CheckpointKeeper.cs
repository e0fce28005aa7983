using Dashboard.Diffusion.Runs;
using Dashboard.Formats;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Runs.Recording;

/// <summary>
/// A training run writes its checkpoints over each other; imported ones stay as they are. The weights behind somebody's pictures
/// are kept beside them, under a name of their own, so that each picture can be made again.
/// </summary>
public sealed class CheckpointKeeper(NpgsqlDataSource source, RunQueries queries, ArtifactFiles files)
{
    /// <returns>Absolute path of the kept file; null when the checkpoint was written over already, or is gone.</returns>
    public async Task<string?> KeepAsync(CheckpointItem checkpoint, CancellationToken stop = default)
    {
        var kept = Path.Combine(files.RunFolder(checkpoint.Run), $"kept-{checkpoint.Sha256}.safetensors");
        var path = await queries.CheckpointPathAsync(checkpoint.Id, stop);
        if (path is null || path == kept || checkpoint.Kind == CheckpointKind.Imported)
        {
            return path;
        }

        var copy = $"{kept}.{Guid.NewGuid():n}.tmp";
        try
        {
            File.Copy(path, copy);
            if (await FileHash.Sha256Async(copy, stop) != checkpoint.Sha256)
            {
                return null;
            }

            File.Move(copy, kept, overwrite: true);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        finally
        {
            File.Delete(copy);
        }

        await using var connection = await source.OpenConnectionAsync(stop);
        await connection
            .Command(
                "UPDATE checkpoints SET path = @path WHERE id = @id", ("id", checkpoint.Id), ("path", files.Relative(kept)))
            .ExecuteAsync(stop);
        return kept;
    }
}
