using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Storage.Accounts;
using Dashboard.Testing;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Host;

public sealed class SecurityTests(DashboardApp app) : IClassFixture<DashboardApp>, IAsyncLifetime
{
    /// <summary>What anybody may see: how to come in, whether the process is well, the site's own files.</summary>
    private static readonly string[] Open =
    [
        "/account/sign-in", "/account/sign-out", "/account/denied", "/account/invitation/", "/account/reset/",
        "/error", "/health/live", "/health/ready",
    ];

    public ValueTask InitializeAsync() => app.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Every_endpoint_refuses_who_is_not_signed_in()
    {
        var routes = app.Services.GetServices<EndpointDataSource>().SelectMany(s => s.Endpoints).OfType<RouteEndpoint>()
            .Where(e => e.Metadata.GetMetadata<Microsoft.AspNetCore.StaticAssets.StaticAssetDescriptor>() is null)
            .Select(e => (
                Path: "/" + System.Text.RegularExpressions.Regex.Replace(
                    e.RoutePattern.RawText!.TrimStart('/'), @"\{[^{}]*(\{\{\d+\}\}[^{}]*)?\}", "1"),
                Method: e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods is [var method, ..] ? method : "GET"))
            .Where(r => !Array.Exists(Open, r.Path.StartsWith)).Distinct().ToList();
        Assert.True(routes.Count > 40, $"only {routes.Count} routes were found");

        var nobody = app.Anonymous();
        var let = new List<string>();
        foreach (var (path, method) in routes)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            using var answer = await nobody.SendAsync(request);
            var refused = answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                || (answer.StatusCode == HttpStatusCode.Redirect
                    && answer.Headers.Location!.ToString().Contains("/account/sign-in", StringComparison.Ordinal))
                // The framework's pattern for any file: nobody has to sign in to learn that there is none.
                || (path == "/1" && answer.StatusCode == HttpStatusCode.NotFound);
            // The circuit's script is a public file of the framework.
            if (!refused && !path.StartsWith("/_framework/", StringComparison.Ordinal))
            {
                let.Add($"{method} {path} answered {(int)answer.StatusCode}");
            }
        }

        Assert.Empty(let);
    }

    [Theory]
    [InlineData("/api/runs")]
    [InlineData("/hubs/runs/negotiate")]
    [InlineData("/metrics")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/api/nothing-there")]
    public async Task Scripts_get_a_status_and_problem_details_instead_of_a_page(string path)
    {
        using var answer = await app.Anonymous().GetAsync(path);
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Fact]
    public async Task An_unknown_token_is_refused_even_beside_a_cookie()
    {
        await app.AddAccountAsync("ada@example.org", Roles.Admin);
        var browser = app.Anonymous();
        await browser.SignInAsync("ada@example.org", DashboardApp.Password);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/runs")).StatusCode);
        browser.DefaultRequestHeaders.Authorization = new("Bearer", "wrong");
        Assert.Equal(HttpStatusCode.Unauthorized, (await browser.GetAsync("/api/runs")).StatusCode);
    }

    [Fact]
    public async Task A_revoked_token_is_refused_at_once()
    {
        var script = await app.ScriptAsync(Roles.Member, "doomed");
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/api/runs")).StatusCode);
        var id = await app.DatabaseAsync(db => db.ApiTokens.Where(t => t.Name == "doomed").Select(t => t.Id).SingleAsync());
        await using var scope = app.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<ApiTokens>().RevokeAsync(id, CancellationToken.None);
        Assert.Equal(HttpStatusCode.Unauthorized, (await script.GetAsync("/api/runs")).StatusCode);
    }

    [Theory]
    [InlineData("/api/runs")]
    [InlineData("/api/runs/1/cancel")]
    [InlineData("/api/runs/1/pause")]
    [InlineData("/api/runs/1/resume")]
    [InlineData("/api/runs/1/retry")]
    [InlineData("/api/runs/1/clone")]
    [InlineData("/api/runs/1/move")]
    [InlineData("/api/datasets")]
    public async Task A_viewer_changes_nothing(string path)
    {
        var viewer = await app.ScriptAsync(Roles.Viewer);
        using var answer = await viewer.PostAsJsonAsync(path, new { });
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData(Roles.Viewer, false)]
    [InlineData(Roles.Member, false)]
    [InlineData(Roles.Admin, true)]
    public async Task Only_admins_see_the_operators_page_and_nobody_the_connection(string role, bool seen)
    {
        await app.AddAccountAsync("x@example.org", role);
        var browser = app.Anonymous();
        await browser.SignInAsync("x@example.org", DashboardApp.Password);
        using var answer = await browser.GetAsync("/admin/jobs");
        Assert.Equal(seen, answer.StatusCode == HttpStatusCode.OK);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.DoesNotContain("Host=", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("sockets", text, StringComparison.OrdinalIgnoreCase);
        using var accounts = await browser.GetAsync("/accounts");
        Assert.Equal(seen, accounts.StatusCode == HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("https://evil.example", null)]
    [InlineData("null", null)]
    [InlineData(null, "cross-site")]
    [InlineData("http://localhost:81", null)]
    public async Task Another_site_cannot_write_with_a_persons_cookie(string? origin, string? fetchSite)
    {
        await app.AddAccountAsync("ada@example.org", Roles.Admin);
        var browser = app.Anonymous();
        await browser.SignInAsync("ada@example.org", DashboardApp.Password);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/runs/1/cancel");
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        if (fetchSite is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", fetchSite);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await browser.SendAsync(request)).StatusCode);
        // The same from this site's own page reaches the endpoint.
        using var own = new HttpRequestMessage(HttpMethod.Post, "/api/runs/1/cancel");
        own.Headers.Add("Origin", "http://localhost");
        Assert.Equal(HttpStatusCode.NotFound, (await browser.SendAsync(own)).StatusCode);
    }

    [Fact]
    public async Task A_foreign_host_name_is_refused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health/live");
        request.Headers.Host = "rebound.evil.example";
        Assert.Equal(HttpStatusCode.BadRequest, (await app.Anonymous().SendAsync(request)).StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/account/sign-in")]
    [InlineData("/api/runs")]
    [InlineData("/nothing-here")]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css")]
    public async Task Every_answer_carries_the_security_headers(string path)
    {
        using var answer = await app.Anonymous().GetAsync(path);
        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData("/_framework/blazor.web.js", 10_000)]
    [InlineData("/_content/MudBlazor/MudBlazor.min.css", 10_000)]
    [InlineData("/_content/MudBlazor/MudBlazor.min.js", 10_000)]
    [InlineData("/app.css", 1000)]
    [InlineData("/account.css", 1000)]
    [InlineData("/favicon.svg", 100)]
    [InlineData("/account/sign-in", 1000)]
    public async Task Assets_have_bodies(string path, int least)
    {
        // Outside its folders a published app answers 200 with nothing in it, so the length is what counts.
        var bytes = await app.Anonymous().GetByteArrayAsync(path);
        Assert.True(bytes.Length >= least, $"{path} has {bytes.Length} bytes");
    }

    [Theory]
    [InlineData("/images/../appsettings.json")]
    [InlineData("/images/%2e%2e/appsettings.json")]
    [InlineData("/images/%252e%252e%252fappsettings.json")]
    [InlineData("/images/..%5cappsettings.png")]
    [InlineData("/images/0123.png;a.png")]
    [InlineData("/api/checkpoints/..%2f..%2fetc%2fpasswd/weights.safetensors")]
    [InlineData("/api/checkpoints/1%23/weights.safetensors")]
    [InlineData("/_content/..%2f..%2fappsettings.json")]
    public async Task No_path_leads_out_of_what_is_served(string path)
    {
        var admin = await app.ScriptAsync(Roles.Admin);
        using var answer = await admin.GetAsync(path);
        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("ConnectionStrings", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_checkpoint_whose_path_was_tampered_with_is_not_served()
    {
        var (run, _) = await Rows.RunAsync(app, owner: null);
        var id = await Rows.CheckpointAsync(app, run, "../../../../../../etc/passwd", bytes: new FileInfo("/etc/passwd").Length);
        using var answer = await (await app.ScriptAsync(Roles.Admin)).GetAsync($"/api/checkpoints/{id}/weights.safetensors");
        Assert.NotEqual(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("root:", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_hub_streams_to_a_token_and_refuses_nobody()
    {
        var (run, _) = await Rows.RunAsync(app, owner: null);
        await using var nobody = Hub(token: null);
        var refused = await Assert.ThrowsAsync<HttpRequestException>(() => nobody.StartAsync());
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);

        await using var scope = app.Services.CreateAsyncScope();
        var token = await scope.ServiceProvider.GetRequiredService<ApiTokens>()
            .AddAsync("hub", Roles.Viewer, CancellationToken.None);
        await using var hub = Hub(token);
        await hub.StartAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        await foreach (var message in hub.StreamAsync<JsonElement>("Watch", run, -1L, limit.Token))
        {
            Assert.Equal("state", message.GetProperty("type").GetString());
            Assert.Equal("queued", message.GetProperty("data").GetProperty("state").GetString());
            break;
        }
    }

    private HubConnection Hub(string? token) => new HubConnectionBuilder()
        .WithUrl(new Uri(app.Web.Server.BaseAddress, "hubs/runs"), options =>
        {
            options.HttpMessageHandlerFactory = _ => app.Web.Server.CreateHandler();
            options.Transports = HttpTransportType.LongPolling;
            options.AccessTokenProvider = () => Task.FromResult(token);
        })
        .Build();
}
