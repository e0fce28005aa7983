using Dashboard.Storage.Artifacts;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Limits;

/// <summary>Looks once, after the start, for files without rows and rows without files, and says what it found.</summary>
public sealed class OrphanCheck(Orphans orphans, ILogger<OrphanCheck> log) : BackgroundService
{
    /// <summary>In one sentence; null until it has looked.</summary>
    public string? Found { get; private set; }

    /// <summary>What a report says, in one sentence.</summary>
    public static string Describe(OrphanReport report) =>
        report.IsClean
            ? "Every file has its row and every row its file."
            : $"{Format.Count(report.Files.Count, "file")} without a row ({Format.Bytes(report.Bytes)}) and "
                + $"{Format.Count(report.Rows.Count, "row")} without a file.";

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Off the start of the host.
        await Task.Yield();
        try
        {
            var report = await orphans.FindAsync(stoppingToken);
            Found = Describe(report);
            if (!report.IsClean)
            {
                log.LogWarning("The artifact folder has {Found} `bash src/run.sh tidy` lists them", Found);
            }
        }
        catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
        {
            log.LogWarning(failure, "The artifact folder could not be compared with the database");
        }
    }
}
