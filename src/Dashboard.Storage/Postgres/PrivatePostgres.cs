using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Npgsql;

namespace Dashboard.Storage.Postgres;

/// <summary>
/// A Postgres cluster of this program's own, made from the system's binaries: no TCP port, a random password, data checksums,
/// durable settings. As root it runs as the user <c>postgres</c>, for Postgres refuses to be root. It outlives this process
/// unless it is stopped, and the next start finds it running.
/// </summary>
public sealed partial class PrivatePostgres
{
    /// <summary>The kernel's limit for a socket's path is 108 bytes.</summary>
    private const int LongestSocketFolder = 90;

    private readonly PostgresBinaries binaries;
    private readonly string data;

    private PrivatePostgres(PostgresBinaries binaries, string data, string connectionString, bool wasRunning)
    {
        this.binaries = binaries;
        this.data = data;
        ConnectionString = connectionString;
        WasRunning = wasRunning;
    }

    /// <summary>To the database <c>dashboard</c>, as its owner.</summary>
    public string ConnectionString { get; }

    /// <summary>Whether an earlier start had left it running.</summary>
    public bool WasRunning { get; }

    /// <summary>Makes the cluster where there is none yet, and starts it where it does not run.</summary>
    /// <param name="folder">Where it lives, with all it needs.</param>
    /// <exception cref="PostgresMissingException">The system has no Postgres.</exception>
    /// <exception cref="InvalidOperationException">It did not start; the message holds the end of its log.</exception>
    public static async Task<PrivatePostgres> StartAsync(string folder, CancellationToken stop = default)
    {
        folder = Path.GetFullPath(folder);
        if (folder.Any(char.IsControl))
        {
            throw new InvalidOperationException(
                $"Postgres can't work in a folder whose name has a line break or another control character: {folder}. "
                    + "Name another home.");
        }

        var existing = Path.Combine(UsableFolder(folder), "data", "PG_VERSION");
        var binaries = PostgresBinaries.Find(File.Exists(existing) ? (await File.ReadAllTextAsync(existing, stop)).Trim() : null);
        var home = UsableFolder(folder);
        var (data, sockets, password) = (Path.Combine(home, "data"), SocketFolder(home), Path.Combine(home, "password"));
        foreach (var path in new[] { home, data, sockets })
        {
            Directory.CreateDirectory(path);
            binaries.GiveToServer(path);
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        if (!File.Exists(Path.Combine(data, "PG_VERSION")))
        {
            await InitializeAsync(binaries, data, password, stop);
        }

        var running = await binaries.RunAsync("pg_ctl", data, ["status"], stop) is { Code: 0 };
        if (running)
        {
            sockets = SocketFolderOfServer(data) ?? sockets;
        }
        else
        {
            await LaunchAsync(binaries, home, data, sockets, stop);
        }

        var connection = new NpgsqlConnectionStringBuilder
        {
            Host = sockets,
            Username = "dashboard",
            Password = (await File.ReadAllTextAsync(password, stop)).Trim(),
            Database = "dashboard",
            MaxPoolSize = 60,
        };
        await CreateDatabaseAsync(connection, stop);
        return new PrivatePostgres(binaries, data, connection.ConnectionString, running);
    }

    /// <summary>Ends sessions, writes a last checkpoint and stops; a stopped one stays so.</summary>
    public async Task StopAsync(CancellationToken stop = default) =>
        await binaries.RunAsync("pg_ctl", data, ["stop", "-m", "fast", "-w"], stop);

    /// <summary>As <c>kill -9</c> to all of its processes: for tests of what survives.</summary>
    public async Task AbortAsync(CancellationToken stop = default) =>
        await binaries.RunAsync("pg_ctl", data, ["stop", "-m", "immediate", "-w"], stop);

    private static async Task InitializeAsync(PostgresBinaries binaries, string data, string password, CancellationToken stop)
    {
        await File.WriteAllTextAsync(password, Convert.ToHexString(RandomNumberGenerator.GetBytes(24)), stop);
        File.SetUnixFileMode(password, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        binaries.GiveToServer(password);
        string[] options =
        [
            "-U", "dashboard", "--auth=scram-sha-256", "--pwfile", password, "-E", "UTF8", "--locale=C",
            "--data-checksums"
        ];
        var (code, output) = await binaries.RunAsync("initdb", data, options, stop);
        if (code != 0)
        {
            throw new InvalidOperationException($"initdb could not make a database in {data}: {output.Trim()}");
        }
    }

    private static async Task LaunchAsync(
        PostgresBinaries binaries, string home, string data, string sockets, CancellationToken stop)
    {
        const string logName = "postgres.log";
        var log = Path.Combine(home, logName);
        // What makes it durable (fsync, full_page_writes, synchronous_commit) is Postgres' own default and stays so.
        var settings = $"-c listen_addresses='' -c unix_socket_directories='{sockets}' -c unix_socket_permissions=0700 "
            + "-c max_connections=200";
        var (code, output) = await binaries.RunAsync(
            "pg_ctl", data, ["start", "-w", "-t", "60", "-l", logName, "-o", settings], stop);
        if (code != 0)
        {
            var lines = File.Exists(log) ? File.ReadLines(log).TakeLast(5) : [];
            throw new InvalidOperationException($"Postgres did not start: {output.Trim()}\n{string.Join('\n', lines)}");
        }
    }

    private static async Task CreateDatabaseAsync(NpgsqlConnectionStringBuilder settings, CancellationToken stop)
    {
        var maintenance = new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Database = "postgres", Pooling = false };
        await using var connection = new NpgsqlConnection(maintenance.ConnectionString);
        await connection.OpenAsync(stop);
        if (!await connection.Command("SELECT true FROM pg_database WHERE datname = 'dashboard'").ScalarAsync<bool>(stop))
        {
            await connection.Command("CREATE DATABASE dashboard").ExecuteAsync(stop);
        }
    }

    /// <summary>
    /// The folder itself; or, for root, one below /var/lib where a parent is closed to others (such as /root), because the
    /// server then can't reach its own files.
    /// </summary>
    private static string UsableFolder(string folder)
    {
        if (Environment.UserName != "root")
        {
            return folder;
        }

        for (var parent = Path.GetDirectoryName(folder); parent is not null; parent = Path.GetDirectoryName(parent))
        {
            if (Directory.Exists(parent) && (File.GetUnixFileMode(parent) & UnixFileMode.OtherExecute) == 0)
            {
                return Path.Combine("/var/lib/diffusion-dashboard", Mark(folder));
            }
        }

        return folder;
    }

    /// <summary>
    /// Below the home, unless its path is too long or has characters that mean something to Postgres' list of folders, to the
    /// shell or in a connection string, where a comma separates hosts.
    /// </summary>
    private static string SocketFolder(string home)
    {
        var mark = "diffusion-dashboard-" + Mark(home);
        string[] folders = [Path.Combine(home, "sockets"), Path.Combine(Path.GetTempPath(), mark), Path.Combine("/tmp", mark)];
        return folders.First(
            folder => folder == folders[^1] || (folder.Length <= LongestSocketFolder && PlainPath().IsMatch(folder)));
    }

    /// <summary>Where a running server listens; an earlier version of this program may have started it.</summary>
    private static string? SocketFolderOfServer(string data)
    {
        const int line = 4; // of postmaster.pid, from zero; Postgres' documentation calls it LOCK_FILE_LINE_SOCKET_DIR
        var folder = File.ReadLines(Path.Combine(data, "postmaster.pid")).ElementAtOrDefault(line)?.Trim();
        return folder is { Length: > 0 } && Path.IsPathRooted(folder) ? folder : null;
    }

    [GeneratedRegex("^[A-Za-z0-9/._-]+$")]
    private static partial Regex PlainPath();

    private static string Mark(string path) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..16];
}
