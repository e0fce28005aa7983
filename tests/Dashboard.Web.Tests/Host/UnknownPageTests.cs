using System.Net;
using Dashboard.Storage.Accounts;
using Dashboard.Testing;

namespace Dashboard.Web.Tests.Host;

/// <summary>An address that nothing answers shows a page of the dashboard.</summary>
public sealed class UnknownPageTests(DashboardApp app) : IClassFixture<DashboardApp>, IAsyncLifetime
{
    public ValueTask InitializeAsync() => app.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("/nope")]
    [InlineData("/nope.html")]
    [InlineData("/datasets/abc")]
    [InlineData("/runs/1/what")]
    [InlineData("/hangfire")]
    [InlineData("/account/nothing")]
    public async Task It_is_404_and_leads_on_signed_in_or_not(string path)
    {
        var browser = app.Anonymous();
        await AssertMissingAsync(browser, path, "/account/sign-in");

        await app.AddAccountAsync("ada@example.org", Roles.Viewer);
        await browser.SignInAsync("ada@example.org", DashboardApp.Password);
        await AssertMissingAsync(browser, path, "/gallery");
    }

    [Theory]
    [InlineData("/api/nothing-there")]
    [InlineData("/images/nothing.png")]
    public async Task A_script_still_gets_a_status_and_no_page(string path)
    {
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Anonymous().GetAsync(path)).StatusCode);
        var script = await app.ScriptAsync(Roles.Admin);
        using var answer = await script.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.DoesNotContain("<html", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task AssertMissingAsync(HttpClient browser, string path, string way)
    {
        using var answer = await browser.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var page = await answer.Content.ReadAsStringAsync();
        Assert.Contains("Page not found", page, StringComparison.Ordinal);
        Assert.Contains($"href=\"{way}\"", page, StringComparison.Ordinal);
    }
}
