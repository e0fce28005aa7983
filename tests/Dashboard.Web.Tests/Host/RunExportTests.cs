using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Runs.Curation;
using Dashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Host;

/// <summary>The list of runs as a file.</summary>
public sealed class RunExportTests(DashboardApp app) : IClassFixture<DashboardApp>, IAsyncLifetime
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => app.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_list_is_exported_with_its_columns_filter_and_order()
    {
        await Rows.RunAsync(app, "ann", "=1+1, \"quoted\"");
        var (second, _) = await Rows.RunAsync(app, "ben", "second");
        var script = await app.ScriptAsync(Roles.Viewer);
        var answer = await script.GetAsync("/api/runs/export?cols=state,batchSize,kid,horizontalFlip&sort=name", Stop);
        Assert.Equal("text/csv; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal("runs.csv", answer.Content.Headers.ContentDisposition?.FileNameStar);
        var lines = (await answer.Content.ReadAsStringAsync(Stop)).Split("\r\n");
        Assert.Equal("id,name,state,batchSize,best.val/kid,horizontalFlip", lines[0]);
        Assert.StartsWith($"{second - 1},\"'=1+1, \"\"quoted\"\"\",queued,32,,", lines[1], StringComparison.Ordinal);
        Assert.Equal(4, lines.Length);

        var rows = await script.GetFromJsonAsync<JsonElement>(
            "/api/runs/export?format=json&cols=owner,created,progress&filter=owner%20%3D%20ben", Stop);
        var row = Assert.Single(rows.EnumerateArray());
        Assert.Equal((second, "ben", 0.0), (
            row.GetProperty("id").GetInt64(), row.GetProperty("owner").GetString(), row.GetProperty("progress").GetDouble()));

        var deletion = app.Services.GetRequiredService<RunDeletion>();
        var admin = await app.AddAccountAsync("ada@example.org", Roles.Admin);
        await deletion.DeleteAsync(second, new Person(admin.Id, "Ada", Roles.Admin), Stop);
        Assert.Equal(3, (await script.GetStringAsync("/api/runs/export", Stop)).Split("\r\n").Length);
    }

    [Theory]
    [InlineData("cols=kidd", "cols")]
    [InlineData("sort=-nothing", "sort")]
    [InlineData("filter=kid", "filter")]
    [InlineData("filter=schedule%20%3D%20kerras", "filter")]
    [InlineData("format=xml", "format")]
    public async Task What_is_wrong_is_named(string query, string field)
    {
        var answer = await (await app.ScriptAsync(Roles.Viewer)).GetAsync($"/api/runs/export?{query}", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors");
        Assert.Equal(field, Assert.Single(errors.EnumerateObject()).Name);
    }

    [Fact]
    public async Task An_address_of_any_kind_opens_the_list()
    {
        var script = await app.ScriptAsync(Roles.Viewer);
        foreach (var query in new[]
        {
            "", "?state=nonsense&kind=99&show=x&sort=--&cols=,,a&filter=((", "?cursor=abc", "?kind=training&q=a",
            $"?filter={new string('(', 3000)}", "?cols=" + string.Join(',', Enumerable.Repeat("kid,state", 500)),
        })
        {
            Assert.Equal(HttpStatusCode.OK, (await script.GetAsync($"/runs{query}", Stop)).StatusCode);
        }
    }
}
