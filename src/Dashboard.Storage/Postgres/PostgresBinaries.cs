using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Dashboard.Storage.Postgres;

/// <summary>The system's Postgres programs, and the user that they are to run as.</summary>
internal sealed partial class PostgresBinaries
{
    private static readonly string[] Patterns =
    [
        "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/libexec/postgresql*", "/opt/homebrew/opt/postgresql*/bin",
        "/usr/local/opt/postgresql*/bin"
    ];

    private readonly string folder;
    private readonly (string Name, uint User, uint Group)? server;

    private PostgresBinaries(string folder)
    {
        this.folder = folder;
        if (Environment.UserName == "root")
        {
            server = ServerUser();
        }
    }

    /// <param name="major">The version that a cluster's files want; null for the newest.</param>
    public static PostgresBinaries Find(string? major)
    {
        var found = Patterns.SelectMany(Expand)
            .Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => File.Exists(Path.Combine(f, "initdb")) && File.Exists(Path.Combine(f, "pg_ctl")))
            .ToList();
        var folder = found.Find(f => major is not null && VersionIn(f) == int.Parse(major, CultureInfo.InvariantCulture))
            ?? found.MaxBy(VersionIn);
        return folder is null ? throw new PostgresMissingException() : new PostgresBinaries(folder);
    }

    /// <summary>Makes a file or folder the server's own; nothing to do where the server runs as we do.</summary>
    public void GiveToServer(string path)
    {
        if (server is { } user && ChangeOwner(path, user.User, user.Group) != 0)
        {
            throw new IOException($"{path} could not be given to the user {user.Name}: {Marshal.GetLastPInvokeErrorMessage()}");
        }
    }

    /// <param name="data">
    /// The cluster. It goes into the environment and not into an argument, for pg_ctl puts its arguments into a command line of
    /// the shell, where a quote or a dollar in a path would not stay what it is.
    /// </param>
    public async Task<(int Code, string Output)> RunAsync(
        string program, string data, IEnumerable<string> arguments, CancellationToken stop)
    {
        // The server itself writes to its log (-l), so these pipes close with the program.
        var info = new ProcessStartInfo(Path.Combine(folder, program), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.GetDirectoryName(data)!,
        };
        info.Environment["PGDATA"] = data;
        if (server is { } user)
        {
            info.UserName = user.Name;
        }

        using var process = Process.Start(info)!;
        process.StandardInput.Close();
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(stop), process.StandardError.ReadToEndAsync(stop));
        await process.WaitForExitAsync(stop);
        return (process.ExitCode, string.Concat(output));
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        var star = pattern.IndexOf('*', StringComparison.Ordinal);
        var slash = pattern.LastIndexOf('/', star);
        var end = pattern.IndexOf('/', star) is var next and >= 0 ? next : pattern.Length;
        var parent = pattern[..slash];
        return Directory.Exists(parent)
            ? Directory.GetDirectories(parent, pattern[(slash + 1)..end]).Select(f => f + pattern[end..])
            : [];
    }

    private static int VersionIn(string folder) =>
        int.TryParse(
            new string([.. folder.SkipWhile(c => !char.IsDigit(c)).TakeWhile(char.IsDigit)]),
            CultureInfo.InvariantCulture,
            out var version) ? version : 0;

    private static (string Name, uint User, uint Group) ServerUser()
    {
        var entry = File.ReadLines("/etc/passwd").Select(l => l.Split(':')).FirstOrDefault(l => l[0] == "postgres")
            ?? throw new PostgresMissingException(
                "Postgres can't run as root and there is no user postgres: start as another user, or add that one.");
        return (
            "postgres",
            uint.Parse(entry[2], CultureInfo.InvariantCulture),
            uint.Parse(entry[3], CultureInfo.InvariantCulture));
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, uint owner, uint group);
}
