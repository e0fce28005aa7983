using System.Net;
using Dashboard.Storage.Accounts;
using Dashboard.Testing;
using Dashboard.Web.Accounts;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Host;

public sealed class AccountTests(DashboardApp app, PostgresFixture postgres)
    : IClassFixture<DashboardApp>, IAsyncLifetime
{
    public ValueTask InitializeAsync() => app.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_person_signs_in_sees_the_dashboard_and_signs_out()
    {
        await app.AddAccountAsync("ada@example.org", Roles.Viewer);
        var browser = app.Anonymous();

        var answer = await browser.SignInAsync("ada@example.org", DashboardApp.Password);

        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        var cookie = Assert.Single(
            answer.Headers.GetValues("Set-Cookie"), c => c.StartsWith("dashboard=", StringComparison.Ordinal));
        Assert.Contains("httponly", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("samesite=lax", cookie, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);

        await browser.SubmitAsync("/account/sign-out");
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task The_fifth_wrong_password_locks_the_account()
    {
        await app.AddAccountAsync("bob@example.org", Roles.Member);
        var browser = app.Anonymous();
        for (var attempt = 1; attempt <= 5; attempt++)
        {
            var answer = await browser.SignInAsync("bob@example.org", "wrong password");
            Assert.Equal(attempt == 5, (await answer.Content.ReadAsStringAsync()).Contains("locked", StringComparison.Ordinal));
        }

        var right = await browser.SignInAsync("bob@example.org", DashboardApp.Password);
        Assert.Equal(HttpStatusCode.OK, right.StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/")).StatusCode);
    }

    [Fact]
    public async Task An_invitation_makes_one_account_and_survives_a_short_password()
    {
        var link = await InviteAsync(Roles.Member);
        var browser = app.Anonymous();

        var refused = await browser.SubmitAsync(
            link, ("Form.Name", "Eve"), ("Form.Email", "eve@example.org"), ("Form.Password", "short"));
        Assert.Contains("at least 10 characters", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        var made = await browser.SubmitAsync(
            link, ("Form.Name", "Eve"), ("Form.Email", "eve@example.org"), ("Form.Password", DashboardApp.Password));
        Assert.Equal(HttpStatusCode.Redirect, made.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/")).StatusCode);

        Assert.Equal(HttpStatusCode.Gone, (await app.Anonymous().GetAsync(link)).StatusCode);
        await using var scope = app.Services.CreateAsyncScope();
        var person = Assert.Single(
            await scope.ServiceProvider.GetRequiredService<AccountAdministration>().ListAsync(CancellationToken.None));
        Assert.Equal(("Eve", Roles.Member), (person.Name, person.Role));
    }

    [Fact]
    public async Task Two_people_with_one_link_make_one_account()
    {
        var secret = (await InviteAsync(Roles.Member)).Split('/')[^1];
        var results = await Task.WhenAll(Enumerable.Range(0, 6).Select(async i =>
        {
            await using var scope = app.Services.CreateAsyncScope();
            var account = new Account { DisplayName = $"P{i}", UserName = $"p{i}@example.org", Email = $"p{i}@example.org" };
            return await scope.ServiceProvider.GetRequiredService<Invitations>()
                .AcceptAsync(secret, account, DashboardApp.Password, CancellationToken.None);
        }));
        Assert.Single(results, r => r.Succeeded);
    }

    [Fact]
    public async Task An_expired_invitation_is_refused()
    {
        var link = await InviteAsync(Roles.Admin);
        await app.DatabaseAsync(db => db.Invitations.ExecuteUpdateAsync(
            set => set.SetProperty(i => i.ExpiresAt, DateTimeOffset.UtcNow.AddMinutes(-1))));
        Assert.Equal(HttpStatusCode.Gone, (await app.Anonymous().GetAsync(link)).StatusCode);
    }

    [Fact]
    public async Task The_database_holds_no_secret()
    {
        var link = await InviteAsync(Roles.Admin);
        await using var scope = app.Services.CreateAsyncScope();
        var token = await scope.ServiceProvider.GetRequiredService<ApiTokens>()
            .AddAsync("ci", Roles.Member, CancellationToken.None);

        var kept = await app.DatabaseAsync(async db => (
            Tokens: await db.ApiTokens.Select(t => t.SecretHash).ToListAsync(),
            Invitations: await db.Invitations.Select(i => i.SecretHash).ToListAsync()));
        Assert.Contains(kept.Tokens, hash => hash.SequenceEqual(Secret.HashOf(token)));
        Assert.Contains(kept.Invitations, hash => hash.SequenceEqual(Secret.HashOf(link.Split('/')[^1])));
        Assert.Equal(32, token.Length);
    }

    [Fact]
    public async Task A_form_without_its_antiforgery_token_does_nothing()
    {
        await app.AddAccountAsync("carl@example.org", Roles.Member);
        var browser = app.Anonymous();
        var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in",
            ["Form.Email"] = "carl@example.org",
            ["Form.Password"] = DashboardApp.Password,
        });
        Assert.Equal(HttpStatusCode.BadRequest, (await browser.PostAsync("/account/sign-in", form)).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await browser.GetAsync("/")).StatusCode);
    }

    [Theory]
    [InlineData("https://evil.example/")]
    [InlineData("//evil.example/")]
    [InlineData("/\\evil.example/")]
    public async Task Signing_in_never_leads_to_another_site(string returnUrl)
    {
        await app.AddAccountAsync("dora@example.org", Roles.Member);
        var answer = await app.Anonymous().SubmitAsync(
            $"/account/sign-in?returnUrl={Uri.EscapeDataString(returnUrl)}",
            ("Form.Email", "dora@example.org"), ("Form.Password", DashboardApp.Password));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.DoesNotContain("evil", answer.Headers.Location!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_password_ends_the_other_sessions_access()
    {
        var account = await app.AddAccountAsync("fay@example.org", Roles.Admin);
        var browser = app.Anonymous();
        await browser.SignInAsync("fay@example.org", DashboardApp.Password);
        await using var scope = app.Services.CreateAsyncScope();
        var principal = await scope.ServiceProvider.GetRequiredService<Microsoft.AspNetCore.Identity.SignInManager<Account>>()
            .CreateUserPrincipalAsync(account);
        var access = scope.ServiceProvider.GetRequiredService<AccessCheck>();
        Assert.True(await access.StillHoldsAsync(principal, CancellationToken.None));

        var changed = await browser.SubmitAsync(
            "/account/password", ("Form.Present", DashboardApp.Password), ("Form.Next", "another long password"));
        Assert.Equal(HttpStatusCode.Redirect, changed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account")).StatusCode);
        await using var later = app.Services.CreateAsyncScope();
        Assert.False(
            await later.ServiceProvider.GetRequiredService<AccessCheck>().StillHoldsAsync(principal, CancellationToken.None));
    }

    [Fact]
    public async Task The_last_admin_cannot_be_disabled_or_demoted()
    {
        var admin = await app.AddAccountAsync("gus@example.org", Roles.Admin);
        await using var scope = app.Services.CreateAsyncScope();
        var book = scope.ServiceProvider.GetRequiredService<AccountAdministration>();
        Assert.Contains("last admin", await book.SetDisabledAsync(admin.Id, true), StringComparison.Ordinal);
        Assert.Contains("last admin", await book.SetRoleAsync(admin.Id, Roles.Viewer), StringComparison.Ordinal);
        await app.AddAccountAsync("hal@example.org", Roles.Admin);
        Assert.Null(await book.SetDisabledAsync(admin.Id, true));
        Assert.Contains(
            "locked",
            await (await app.Anonymous().SignInAsync("gus@example.org", DashboardApp.Password)).Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reset_link_sets_a_new_password_once()
    {
        var account = await app.AddAccountAsync("ida@example.org", Roles.Viewer);
        await using var scope = app.Services.CreateAsyncScope();
        var link = await scope.ServiceProvider.GetRequiredService<AccountAdministration>().ResetLinkAsync(account.Id);

        Assert.Equal(
            HttpStatusCode.Redirect,
            (await app.Anonymous().SubmitAsync(link!, ("Form.Password", "a brand new password"))).StatusCode);
        Assert.Equal(
            HttpStatusCode.Redirect,
            (await app.Anonymous().SignInAsync("ida@example.org", "a brand new password")).StatusCode);
        var again = await app.Anonymous().SubmitAsync(link!, ("Form.Password", "yet another password"));
        Assert.Contains("was used already", await again.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_survives_a_restart_of_the_web_process()
    {
        await app.AddAccountAsync("joe@example.org", Roles.Viewer);
        var signedIn = await app.Anonymous().SignInAsync("joe@example.org", DashboardApp.Password);
        var cookie = signedIn.Headers.GetValues("Set-Cookie")
            .Single(c => c.StartsWith("dashboard=", StringComparison.Ordinal)).Split(';')[0];

        // The keys are in Postgres, so another process, or another node, understands the cookie.
        await using var restarted = new DashboardApp.Factory(app.Web.Connection, postgres.CreateFolder());
        using var browser = restarted.CreateClient(new() { AllowAutoRedirect = false, HandleCookies = false });
        browser.DefaultRequestHeaders.Add("Cookie", cookie);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/api/runs")).StatusCode);
    }

    [Fact]
    public async Task An_address_that_guesses_on_and_on_is_slowed_down()
    {
        await using var strict = app.Web.WithWebHostBuilder(builder =>
        {
            builder.UseSetting("Dashboard:Home", postgres.CreateFolder());
            builder.UseSetting("Dashboard:SignInsPerMinute", "3");
        });
        using var browser = strict.CreateClient(new() { AllowAutoRedirect = false });
        var answers = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 5; attempt++)
        {
            answers.Add((await browser.SignInAsync($"nobody{attempt}@example.org", "wrong password")).StatusCode);
        }

        Assert.Equal(2, answers.Count(a => a == HttpStatusCode.TooManyRequests));
    }

    private async Task<string> InviteAsync(string role)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<InvitationLinks>().AddAsync(role, null, CancellationToken.None);
    }
}
