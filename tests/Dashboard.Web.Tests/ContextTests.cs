using System.Text.RegularExpressions;
using Dashboard.Testing;

namespace Dashboard.Web.Tests;

/// <summary>All queries live in Dashboard.Storage.</summary>
public sealed partial class ContextTests
{
    [Fact]
    public void Web_and_worker_name_the_database_context_only_where_identity_and_migrations_are_set_up()
    {
        var source = Path.Combine(Repository.Root, "src");
        var naming = Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".cs", StringComparison.Ordinal) || file.EndsWith(".razor", StringComparison.Ordinal))
            .Select(file => (Path: Path.GetRelativePath(source, file).Replace('\\', '/'), File: file))
            .Where(file => file.Path.StartsWith("Dashboard.W", StringComparison.Ordinal) && !Build().IsMatch(file.Path)
                && File.ReadAllText(file.File).Contains("DashboardContext", StringComparison.Ordinal))
            .Select(file => file.Path)
            .Order(StringComparer.Ordinal);

        Assert.Equal(
            [
                "Dashboard.Web/Accounts/AccountServices.cs",
                "Dashboard.Web/Hosting/FirstStart.cs",
                "Dashboard.Worker/Serving/ServeVerb.cs",
            ],
            naming);
    }

    [GeneratedRegex("/(bin|obj)/")]
    private static partial Regex Build();
}
