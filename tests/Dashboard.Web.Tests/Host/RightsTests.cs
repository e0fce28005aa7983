using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dashboard.Storage.Accounts;
using Dashboard.Testing;
using Dashboard.Web.Accounts;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Host;

/// <summary>Rights end when they end: in open streams, in what a person handed out, in copies of a cookie.</summary>
public sealed partial class RightsTests(DashboardApp app, PostgresFixture postgres)
    : IClassFixture<DashboardApp>, IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => app.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_stream_and_its_connection_end_with_the_token()
    {
        await using var web = Revalidating();
        var (run, _) = await Rows.RunAsync(app, null);
        var (id, secret) = await AddTokenAsync();
        await using var hub = await HubAsync(web, secret);
        var closed = ClosedAsync(hub);
        var ended = ReadToEndAsync(hub, run);
        await app.Services.GetRequiredService<ApiTokens>().RevokeAsync(id, Stop);
        await ended.WaitAsync(Patience, Stop);
        await closed.WaitAsync(Patience, Stop);
    }

    [Fact]
    public async Task A_connection_that_outlives_its_token_gets_no_first_item()
    {
        // Here rights are looked at every 30 s, so that only the look before the first item can refuse.
        var (run, _) = await Rows.RunAsync(app, null);
        var (id, secret) = await AddTokenAsync();
        await using var hub = await HubAsync(app.Web, secret);
        Assert.NotNull(await FirstAsync(hub, run));
        await app.Services.GetRequiredService<ApiTokens>().RevokeAsync(id, Stop);
        Assert.Null(await FirstAsync(hub, run));
    }

    [Fact]
    public async Task A_stream_ends_when_rights_can_not_be_checked()
    {
        await using var web = Revalidating();
        var (run, _) = await Rows.RunAsync(app, null);
        var (_, secret) = await AddTokenAsync();
        await using var hub = await HubAsync(web, secret);
        var closed = ClosedAsync(hub);
        var ended = ReadToEndAsync(hub, run);
        await Task.Delay(1500, Stop);
        Assert.False(ended.IsCompleted);
        await ExecuteAsync("ALTER TABLE api_tokens RENAME TO away");
        await ended.WaitAsync(Patience, Stop);
        await closed.WaitAsync(Patience, Stop);
        await ExecuteAsync("ALTER TABLE away RENAME TO api_tokens");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_former_admin_handed_out_ends(bool byThePage)
    {
        await app.AddAccountAsync("other@example.org", Roles.Admin);
        var victim = await app.AddAccountAsync("victim@example.org", Roles.Admin);
        var admin = await app.AddAccountAsync("ada@example.org", Roles.Admin);
        await using var scope = app.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var secret = await services.GetRequiredService<ApiTokens>().AddAsync(
            "kept", Roles.Admin, Stop, new Person(admin.Id, "Ada", Roles.Admin));
        var invitation = await services.GetRequiredService<InvitationLinks>().AddAsync(Roles.Admin, null, Stop, admin.Id);
        var reset = await services.GetRequiredService<AccountAdministration>().ResetLinkAsync(victim.Id, admin.Id);
        using var script = Script(secret);
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/api/runs", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous().GetAsync(invitation, Stop)).StatusCode);

        if (byThePage)
        {
            Assert.Null(await services.GetRequiredService<AccountAdministration>().SetDisabledAsync(admin.Id, true));
        }
        else
        {
            await ExecuteAsync($"UPDATE accounts SET lockout_end = 'infinity' WHERE id = '{admin.Id}'");
        }

        Assert.Equal(HttpStatusCode.Unauthorized, (await script.GetAsync("/api/runs", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await app.Anonymous().GetAsync(invitation, Stop)).StatusCode);
        await app.Anonymous().SubmitAsync(reset!, ("Form.Password", "a brand new password"));
        Assert.Equal(
            HttpStatusCode.OK, (await app.Anonymous().SignInAsync("victim@example.org", "a brand new password")).StatusCode);
        Assert.Equal(
            HttpStatusCode.Redirect,
            (await app.Anonymous().SignInAsync("victim@example.org", DashboardApp.Password)).StatusCode);
    }

    [Fact]
    public async Task A_token_gives_no_more_than_its_owner_has()
    {
        await app.AddAccountAsync("other@example.org", Roles.Admin);
        var admin = await app.AddAccountAsync("ada@example.org", Roles.Admin);
        await using var scope = app.Services.CreateAsyncScope();
        var secret = await scope.ServiceProvider.GetRequiredService<ApiTokens>().AddAsync(
            "kept", Roles.Admin, Stop, new Person(admin.Id, "Ada", Roles.Admin));
        using var script = Script(secret);
        var (run, _) = await Rows.RunAsync(app, "somebody else");
        Assert.Null(await scope.ServiceProvider.GetRequiredService<AccountAdministration>()
            .SetRoleAsync(admin.Id, Roles.Viewer));
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/api/runs", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await script.PostAsync($"/api/runs/{run}/cancel", null, Stop)).StatusCode);
    }

    [Fact]
    public async Task A_token_expires()
    {
        var (id, secret) = await AddTokenAsync();
        using var script = Script(secret);
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/api/runs", Stop)).StatusCode);
        await ExecuteAsync($"UPDATE api_tokens SET expires_at = now() - interval '1 second' WHERE id = {id}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await script.GetAsync("/api/runs", Stop)).StatusCode);
    }

    [Fact]
    public async Task A_member_makes_a_token_of_at_most_their_role_and_takes_it_back()
    {
        await app.AddAccountAsync("ann@example.org", Roles.Member);
        using var browser = app.Anonymous();
        await browser.SignInAsync("ann@example.org", DashboardApp.Password);
        var refused = await SubmitAsync(browser, "token", ("Token.Name", "ci"), ("Token.Role", Roles.Admin));
        Assert.DoesNotContain("data-test=\"secret\"", refused, StringComparison.Ordinal);
        Assert.Contains("Choose a role of the list", refused, StringComparison.Ordinal);

        var made = await SubmitAsync(browser, "token", ("Token.Name", "ci"), ("Token.Role", Roles.Member));
        using var script = Script(ShownSecret().Match(made).Groups["secret"].Value);
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync("/api/runs", Stop)).StatusCode);

        var id = await app.DatabaseAsync(db => db.ApiTokens.Select(t => t.Id).SingleAsync(Stop));
        await SubmitAsync(browser, "revoke-token", ("Revoked", $"{id}"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await script.GetAsync("/api/runs", Stop)).StatusCode);

        static Task<string> SubmitAsync(HttpClient browser, string form, params (string, string)[] fields) =>
            browser.SubmitFormAsync("/account", form, [.. fields, ("Token.Validity", TokenWords.Validities[0].Key)]);
    }

    [Fact]
    public async Task Wrong_passwords_slow_down_who_guesses_and_nobody_else()
    {
        await app.AddAccountAsync("ada@example.org", Roles.Admin);
        using var own = app.Anonymous();
        await own.SignInAsync("ada@example.org", DashboardApp.Password);
        using var stranger = app.Anonymous();
        for (var attempt = 0; attempt < 6; attempt++)
        {
            await stranger.SignInAsync("ada@example.org", "wrong password");
        }

        Assert.Contains(
            "locked",
            await (await stranger.SignInAsync("ada@example.org", DashboardApp.Password)).Content.ReadAsStringAsync(Stop),
            StringComparison.Ordinal);
        // Her open session goes on, and her browser lets her in again, though it comes from the guesser's address.
        Assert.Equal(HttpStatusCode.OK, (await own.GetAsync("/accounts", Stop)).StatusCode);
        await own.SubmitAsync("/account/sign-out");
        Assert.Equal(
            HttpStatusCode.Redirect, (await own.SignInAsync("ada@example.org", DashboardApp.Password)).StatusCode);
    }

    [Fact]
    public async Task An_address_without_an_account_is_answered_alike()
    {
        await app.AddAccountAsync("ada@example.org", Roles.Admin);
        using var browser = app.Anonymous();
        for (var attempt = 0; attempt < 6; attempt++)
        {
            var answers = new List<string>();
            foreach (var email in (string[])["ada@example.org", "nobody@example.org"])
            {
                var page = await (await browser.SignInAsync(email, "wrong password")).Content.ReadAsStringAsync(Stop);
                answers.Add(Alert().Match(page).Value);
            }

            Assert.NotEqual("", answers[0]);
            // The seconds that are left run on between the two.
            Assert.Equal(Digits().Replace(answers[0], "n"), Digits().Replace(answers[1], "n"));
        }
    }

    [Fact]
    public async Task The_password_page_counts_wrong_passwords_too()
    {
        await app.AddAccountAsync("ada@example.org", Roles.Admin);
        using var thief = app.Anonymous();
        await thief.SignInAsync("ada@example.org", DashboardApp.Password);
        for (var attempt = 0; attempt < 5; attempt++)
        {
            await thief.SubmitAsync("/account/password", ("Form.Present", "wrong"), ("Form.Next", "a new long password"));
        }

        var right = await thief.SubmitAsync(
            "/account/password", ("Form.Present", DashboardApp.Password), ("Form.Next", "a new long password"));
        Assert.Contains("locked", await right.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        // She herself is not locked out.
        Assert.Equal(
            HttpStatusCode.Redirect,
            (await app.Anonymous().SignInAsync("ada@example.org", DashboardApp.Password)).StatusCode);
    }

    [Theory]
    [InlineData("/account/sign-out", true)]
    [InlineData("/account/sign-out-everywhere", false)]
    public async Task Signing_out_ends_every_copy_of_the_cookie(string path, bool othersStay)
    {
        await app.AddAccountAsync("ada@example.org", Roles.Viewer);
        var (browser, cookie) = await SessionAsync();
        var (_, other) = await SessionAsync();
        Assert.Equal(HttpStatusCode.OK, await AskAsync(cookie));
        await browser.SubmitAsync(path);
        Assert.Equal(HttpStatusCode.Unauthorized, await AskAsync(cookie));
        Assert.Equal(othersStay ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, await AskAsync(other));

        async Task<(HttpClient, string)> SessionAsync()
        {
            var client = app.Anonymous();
            var answer = await client.SignInAsync("ada@example.org", DashboardApp.Password);
            return (client, answer.Headers.GetValues("Set-Cookie")
                .Single(c => c.StartsWith("dashboard=", StringComparison.Ordinal)).Split(';')[0]);
        }

        async Task<HttpStatusCode> AskAsync(string copy)
        {
            using var client = app.Web.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false });
            client.DefaultRequestHeaders.Add("Cookie", copy);
            return (await client.GetAsync("/api/runs", Stop)).StatusCode;
        }
    }

    [Theory]
    [InlineData("aaaaaaaaaa", "among the first that are tried")]
    [InlineData("password123", "among the first that are tried")]
    [InlineData("qwertyuiop", "among the first that are tried")]
    [InlineData("eve@example.org", "among the first that are tried")]
    [InlineData("300", "at most 256 characters")]
    public async Task A_password_that_everybody_tries_is_refused(string password, string reason)
    {
        var long300 = string.Concat(Enumerable.Range(0, 100).Select(i => $"{i:00}x"));
        await using var scope = app.Services.CreateAsyncScope();
        var link = await scope.ServiceProvider.GetRequiredService<InvitationLinks>().AddAsync(Roles.Member, null, Stop);
        var answer = await app.Anonymous().SubmitAsync(
            link, ("Form.Name", "Eve"), ("Form.Email", "eve@example.org"),
            ("Form.Password", password == "300" ? long300 : password));
        Assert.Contains(reason, await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Two_admins_who_lower_each_other_at_once_leave_one()
    {
        for (var round = 0; round < 5; round++)
        {
            string[] ids =
            [
                (await app.AddAccountAsync($"a{round}@example.org", Roles.Admin)).Id,
                (await app.AddAccountAsync($"b{round}@example.org", Roles.Admin)).Id,
            ];
            var answers = await Task.WhenAll(ids.Select(async id =>
            {
                await using var scope = app.Services.CreateAsyncScope();
                return await scope.ServiceProvider.GetRequiredService<AccountAdministration>().SetRoleAsync(id, Roles.Member);
            }));
            Assert.Single(answers, (string?)null);
            Assert.Single(answers, answer => answer?.Contains("last admin", StringComparison.Ordinal) == true);
            await ExecuteAsync("DELETE FROM accounts");
        }
    }

    /// <summary>The same dashboard, which looks at open streams' rights every second.</summary>
    private WebApplicationFactory<Program> Revalidating() => app.Web.WithWebHostBuilder(builder =>
    {
        builder.UseSetting("Dashboard:Home", postgres.CreateFolder());
        builder.UseSetting("Dashboard:RevalidationSeconds", "1");
    });

    private async Task<(long Id, string Secret)> AddTokenAsync()
    {
        var tokens = app.Services.GetRequiredService<ApiTokens>();
        var secret = await tokens.AddAsync("hub", Roles.Viewer, Stop);
        return ((await tokens.ListAsync(Stop)).Max(t => t.Id), secret);
    }

    private HttpClient Script(string secret)
    {
        var client = app.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", secret);
        return client;
    }

    private static async Task<HubConnection> HubAsync(WebApplicationFactory<Program> web, string token)
    {
        var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(web.Server.BaseAddress, "hubs/runs"), options =>
            {
                // The one transport whose token is looked at only when it opens.
                options.Transports = HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
                options.WebSocketFactory = async (context, stop) =>
                {
                    var client = web.Server.CreateWebSocketClient();
                    client.ConfigureRequest = request => request.Headers.Authorization = $"Bearer {token}";
                    return await client.ConnectAsync(context.Uri, stop);
                };
            })
            .Build();
        await hub.StartAsync(Stop);
        return hub;
    }

    private static Task ClosedAsync(HubConnection hub)
    {
        var closed = new TaskCompletionSource();
        hub.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        return closed.Task;
    }

    /// <summary>Ends with the stream, however it ends.</summary>
    private static async Task ReadToEndAsync(HubConnection hub, long run)
    {
        try
        {
            await foreach (var _ in hub.StreamAsync<JsonElement>("Watch", run, -1L, Stop))
            {
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or HubException)
        {
            Stop.ThrowIfCancellationRequested();
        }
    }

    private static async Task<string?> FirstAsync(HubConnection hub, long run)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Patience);
        try
        {
            await foreach (var message in hub.StreamAsync<JsonElement>("Watch", run, -1L, limit.Token))
            {
                return message.GetProperty("type").GetString();
            }
        }
        catch (Exception ended) when (ended is IOException or HubException or OperationCanceledException
            && !limit.IsCancellationRequested)
        {
            // The connection was aborted.
        }

        return null;
    }

    private Task<int> ExecuteAsync(string sql) => app.DatabaseAsync(db => db.Database.ExecuteSqlRawAsync(sql, Stop));

    [GeneratedRegex("""data-test="secret"[^>]*>(?<secret>[^<]+)<""")]
    private static partial Regex ShownSecret();

    [GeneratedRegex("""role="alert"[^>]*>[^<]*""")]
    private static partial Regex Alert();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Digits();
}
