using Dashboard.Storage.Postgres;

namespace Dashboard.Web.Hosting;

/// <summary>
/// The folder that holds all of this dashboard, and the Postgres that it works with: the one that the settings name,
/// or a private one below the folder.
/// </summary>
internal sealed class DashboardHome : IAsyncDisposable
{
    private static readonly TimeSpan OtherStarts = TimeSpan.FromMinutes(2);

    private readonly HomeLock? held;
    private readonly PrivatePostgres? postgres;

    private DashboardHome(string folder, string artifacts, HomeLock? held, PrivatePostgres? postgres, string connection)
    {
        (Folder, ArtifactFolder, ConnectionString, this.held, this.postgres) = (folder, artifacts, connection, held, postgres);
        Directory.CreateDirectory(LogFolder);
        Directory.CreateDirectory(ArtifactFolder);
    }

    /// <summary>Absolute.</summary>
    public string Folder { get; }

    public string ArtifactFolder { get; }

    public string LogFolder => Path.Combine(Folder, "logs");

    public string ConnectionString { get; }

    /// <summary>Where the running dashboard of this home answers, when this is not it.</summary>
    public string? RunningAddress => held is null ? HomeLock.ReadAddress(Folder) : null;

    /// <summary>For the dashboard itself: nobody else may have the home.</summary>
    /// <exception cref="StartupException">A dashboard runs on this home already, or Postgres cannot be started.</exception>
    public static async Task<DashboardHome> OpenAsync(IConfiguration settings, string contentRoot, CancellationToken stop)
    {
        var folder = FolderOf(settings, contentRoot);
        if (Take(folder) is { } held)
        {
            return await StartAsync(
                settings, contentRoot, folder, held, stop, before: () => ListeningAddress.EnsureFree(settings));
        }

        throw new StartupException(HomeLock.ReadAddress(folder) is { } address
            ? $"The dashboard of {folder} is running already, at {address}"
            : $"The dashboard of {folder} is being started already.");
    }

    /// <summary>For a command, beside a dashboard that may be running: uses its Postgres, or starts it for the while.</summary>
    /// <exception cref="StartupException">The running dashboard does not become ready, or Postgres cannot be started.</exception>
    public static async Task<DashboardHome> ShareAsync(IConfiguration settings, string contentRoot, CancellationToken stop)
    {
        var folder = FolderOf(settings, contentRoot);
        for (var giveUp = DateTime.UtcNow + OtherStarts; DateTime.UtcNow < giveUp; await Task.Delay(200, stop))
        {
            if (Take(folder) is { } held)
            {
                return await StartAsync(settings, contentRoot, folder, held, stop);
            }

            // The other one writes its address when its Postgres runs and has its tables.
            if (HomeLock.ReadAddress(folder) is not null)
            {
                return await StartAsync(settings, contentRoot, folder, held: null, stop);
            }
        }

        throw new StartupException(
            $"The dashboard of {folder} is being started, but was not ready within {OtherStarts.TotalMinutes:0} minutes.");
    }

    public void WriteAddress(string address) => held?.WriteAddress(address);

    /// <summary>Stops the private Postgres, unless it belongs to another process, and lets the home go.</summary>
    public async ValueTask DisposeAsync()
    {
        if (held is not null)
        {
            await (postgres?.StopAsync(CancellationToken.None) ?? Task.CompletedTask);
            held.Dispose();
        }
    }

    /// <summary>
    /// Makes checkpoints, data sets, uploads and logs unreadable to other users of the machine. A root's private Postgres runs as
    /// another user, which must be able to pass through the home to its own folder, but not to list it.
    /// </summary>
    private static void CloseToOthers(string home)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const UnixFileMode Own = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        foreach (var inner in new[] { "artifacts", "logs" })
        {
            Directory.CreateDirectory(Path.Combine(home, inner), Own);
            File.SetUnixFileMode(Path.Combine(home, inner), Own);
        }

        File.SetUnixFileMode(
            home, Environment.IsPrivilegedProcess ? Own | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute : Own);
    }

    private static async Task<DashboardHome> StartAsync(
        IConfiguration settings, string contentRoot, string folder, HomeLock? held, CancellationToken stop, Action? before = null)
    {
        try
        {
            before?.Invoke();
            var options = settings.GetSection(DashboardOptions.Section).Get<DashboardOptions>() ?? new();
            var artifacts = options.Artifacts.Length > 0
                ? Path.GetFullPath(options.Artifacts, contentRoot)
                : Path.Combine(folder, "artifacts");
            if (held is not null)
            {
                CloseToOthers(folder);
            }

            if (settings.GetConnectionString("Dashboard") is { Length: > 0 } connection)
            {
                return new(folder, artifacts, held, postgres: null, connection);
            }

            // A private Postgres that a killed dashboard has left is found running and used.
            var postgres = await PrivatePostgres.StartAsync(Path.Combine(folder, "postgres"), stop);
            return new(folder, artifacts, held, postgres, postgres.ConnectionString);
        }
        catch (Exception error)
        {
            held?.Dispose();
            if (error is PostgresMissingException or InvalidOperationException)
            {
                throw new StartupException(error.Message);
            }

            if (error is UnauthorizedAccessException)
            {
                throw Unusable(folder, error);
            }

            throw;
        }
    }

    private static string FolderOf(IConfiguration settings, string contentRoot)
    {
        var folder = Path.GetFullPath(
            settings[$"{DashboardOptions.Section}:Home"] is { Length: > 0 } home ? home : ".data", contentRoot);
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(folder, error);
        }

        return folder;
    }

    private static HomeLock? Take(string folder)
    {
        try
        {
            return HomeLock.TryTake(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Unusable(folder, error);
        }
    }

    private static StartupException Unusable(string folder, Exception error) => new(
        $"{Environment.UserName} can't work in the home {folder}: {error.Message.TrimEnd('.')}. "
            + "Set Dashboard__Home to a folder that this user owns, or start as the user whose home it is.");
}
