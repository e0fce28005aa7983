using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Web.Accounts;
using Dashboard.Web.Limits;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Hosting;

/// <summary>
/// What <c>bash src/run.sh</c> does besides starting: <c>tokens add</c>, <c>accounts add</c> and <c>tidy</c>, also beside a
/// running dashboard.
/// </summary>
/// <param name="Thing">"tokens", "accounts" or "tidy".</param>
/// <param name="Name">The token's name or the person's e-mail address; of tidy, "list" or "delete".</param>
internal sealed record DashboardCommand(string Thing, string Name, string Role)
{
    private const string Usage =
        "usage: bash src/run.sh                                                      start the dashboard\n" +
        "       bash src/run.sh tokens add <name> --role admin|member|viewer         make an API token\n" +
        "       bash src/run.sh accounts add <e-mail> --role admin|member|viewer     make a link for making an account\n" +
        "       bash src/run.sh tidy [--delete]                                      list files without rows and rows\n" +
        "                                                                            without files, or mend them";

    /// <summary>Null when the arguments ask for no command, but to start (or give settings as <c>--key=value</c>).</summary>
    /// <exception cref="StartupException">The arguments make no sense.</exception>
    public static DashboardCommand? Parse(string[] arguments) => arguments switch
    {
        [] or [['-', ..], ..] when arguments is not ["--help" or "-h", ..] => null,
        ["tidy"] => new DashboardCommand("tidy", "list", ""),
        ["tidy", "--delete"] => new DashboardCommand("tidy", "delete", ""),
        ["tokens" or "accounts", "add", [not '-', ..] name, "--role", var role] => Checked(arguments[0], name, role),
        ["tokens" or "accounts", "add", "--role", var role, [not '-', ..] name] => Checked(arguments[0], name, role),
        ["tokens" or "accounts", "add", [not '-', ..] name, ['-', '-', 'r', 'o', 'l', 'e', '=', .. var role]] =>
            Checked(arguments[0], name, role),
        _ => throw new StartupException(Usage),
    };

    /// <summary>Does it and prints what it made as the last line.</summary>
    /// <param name="address">Where the dashboard answers.</param>
    public async Task RunAsync(IServiceProvider services, string address, CancellationToken stop)
    {
        await using var scope = services.CreateAsyncScope();
        if (Thing == "tidy")
        {
            await TidyAsync(
                services.GetRequiredService<Orphans>(), services.GetRequiredService<RunDeletion>(), Name == "delete", stop);
        }
        else if (Thing == "tokens")
        {
            var secret = await scope.ServiceProvider.GetRequiredService<ApiTokens>().AddAsync(Name, Role, stop);
            Console.WriteLine($"The token {Name} has the role {Role}. It is shown only this once:");
            Console.WriteLine(secret);
        }
        else
        {
            var path = await scope.ServiceProvider.GetRequiredService<InvitationLinks>().AddAsync(Role, Name, stop);
            Console.WriteLine($"An account with the role {Role} can be made here, once:");
            Console.WriteLine(address.TrimEnd('/') + path);
        }
    }

    private static async Task TidyAsync(Orphans orphans, RunDeletion deletion, bool delete, CancellationToken stop)
    {
        if (delete && await deletion.RemoveAsync(stop) is > 0 and var removed)
        {
            Console.WriteLine($"{Format.Count(removed, "deleted run")} removed for good.");
        }

        foreach (var run in await deletion.ListAsync(stop))
        {
            Console.WriteLine(
                $"deleted run {run.Id} ({run.Name}): can be restored until {Format.Moment(run.RemovedAt)}, then it is removed");
        }

        var report = await orphans.FindAsync(stop);
        foreach (var file in report.Files)
        {
            Console.WriteLine($"file without a row: {file.Path} ({Format.Bytes(file.Bytes)})");
        }

        foreach (var row in report.Rows)
        {
            Console.WriteLine($"{row.Kind.ToString().ToLowerInvariant()} {row.Id} ({row.Name}) without its file: {row.Path}");
        }

        Console.WriteLine(OrphanCheck.Describe(report));
        if (delete)
        {
            try
            {
                await orphans.MendAsync(report, stop);
            }
            catch (InvalidOperationException refused)
            {
                throw new StartupException(refused.Message);
            }
        }

        Console.WriteLine(
            report.IsClean ? "Nothing is to be done."
            : delete ? "The files are deleted; data sets and imports without files are failed, such checkpoints are removed."
            : "Nothing was changed. `bash src/run.sh tidy --delete` deletes the files and mends the rows.");
    }

    private static DashboardCommand Checked(string thing, string name, string role) =>
        !Roles.All.Contains(role)
            ? throw new StartupException($"'{role}' is not a role. Use --role {string.Join(", ", Roles.All)}.")
        : name.Length > 120 ? throw new StartupException("The name is longer than 120 characters.")
        : thing == "accounts" && !name.Contains('@', StringComparison.Ordinal)
            ? throw new StartupException($"'{name}' is not an e-mail address.")
        : new(thing, name, role);
}
