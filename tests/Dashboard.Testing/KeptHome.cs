using System.Text.Json.Nodes;
using Npgsql;

namespace Dashboard.Testing;

/// <summary>
/// A small home as commit 9980509 left it, in Home/: its database (pg_dump with --inserts, with Hangfire's tickets of the two
/// runs that wait), its artifacts, and what its API answered. Every later dashboard must open it. The files are never made anew:
/// a home of a later commit goes beside this one.
/// </summary>
/// <param name="ConnectionString">A database with the dump in it, not migrated.</param>
/// <param name="Folder">What <c>Dashboard:Home</c> names.</param>
public sealed record KeptHome(string ConnectionString, string Folder)
{
    /// <summary>The API token of the home, an admin's.</summary>
    public const string Token = "9i29aSEqyOmRIAVU-Ig01Zr7uK5oz-go";

    /// <summary>The home's only account, an admin.</summary>
    public const string Email = "ada@example.org";

    public const string Password = "correct horse battery";

    public string Artifacts => Path.Combine(Folder, "artifacts");

    private static string Kept => Path.Combine(Repository.Root, "tests", "Dashboard.Testing", "Home");

    /// <summary>A fresh copy.</summary>
    public static async Task<KeptHome> RestoreAsync(PostgresFixture postgres, CancellationToken stop = default)
    {
        var home = new KeptHome(await postgres.CreateEmptyDatabaseAsync(stop), postgres.CreateFolder());
        // Unpooled, because the dump changes the session's search path.
        var settings = new NpgsqlConnectionStringBuilder(home.ConnectionString) { Pooling = false };
        await using var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(stop);
        var dump = await File.ReadAllTextAsync(Path.Combine(Kept, "home.sql"), stop);
        await using var restore = new NpgsqlCommand(dump, connection);
        await restore.ExecuteNonQueryAsync(stop);
        var artifacts = Path.Combine(Kept, "artifacts");
        foreach (var file in Directory.EnumerateFiles(artifacts, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(home.Artifacts, Path.GetRelativePath(artifacts, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return home;
    }

    /// <summary>What its API answered, by address.</summary>
    public static IReadOnlyDictionary<string, JsonNode> Answers() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Kept, "answers.json")))!.AsObject().ToDictionary(a => a.Key, a => a.Value!);
}
