using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Dashboard.Storage.Accounts;
using Dashboard.Testing;

namespace Dashboard.Web.Tests.Host;

/// <summary>How scripts keep runs in order.</summary>
public sealed class CurationApiTests(DashboardApp app) : IClassFixture<DashboardApp>, IAsyncLifetime
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => app.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_run_is_renamed_tagged_pinned_archived_and_starred()
    {
        var (run, _) = await Rows.RunAsync(app, owner: null);
        var admin = await app.ScriptAsync(Roles.Admin);
        var member = await app.ScriptAsync(Roles.Member);
        var changed = await ReadAsync(await PatchAsync(
            admin, run, """{"name":"<b>שלום</b>","notes":"# A\n*b*","tags":["paper","best"],"pinned":true}"""));
        Assert.Equal("<b>שלום</b>", changed.GetProperty("name").GetString());
        Assert.Equal("# A\n*b*", changed.GetProperty("notes").GetString());
        Assert.Equal(["paper", "best"], changed.GetProperty("tags").EnumerateArray().Select(tag => tag.GetString()));
        Assert.True(changed.GetProperty("pinned").GetBoolean());

        var starred = await ReadAsync(await member.PutAsync($"/api/runs/{run}/star", null, Stop));
        Assert.Equal(1, starred.GetProperty("stars").GetInt32());
        Assert.Single(await ListAsync(member, "?starred=true"));
        Assert.Empty(await ListAsync(admin, "?starred=true"));
        Assert.Equal(
            0, (await ReadAsync(await member.DeleteAsync($"/api/runs/{run}/star", Stop))).GetProperty("stars").GetInt32());
        Assert.Single(await ListAsync(member, "?tag=best&sort=pinned"));

        await PatchAsync(admin, run, """{"archived":true}""");
        Assert.Empty(await ListAsync(member, ""));
        Assert.Single(await ListAsync(member, "?archived=true"));
        Assert.Single(await ListAsync(member, "?archived=any"));
    }

    [Theory]
    [InlineData("""{"name":""}""", "name")]
    [InlineData("""{"name":null}""", "name")]
    [InlineData("""{"name":7}""", "name")]
    [InlineData("""{"name":"a\u202eb"}""", "name")]
    [InlineData("""{"notes":7}""", "notes")]
    [InlineData("""{"tags":"a"}""", "tags")]
    [InlineData("""{"tags":[7]}""", "tags")]
    [InlineData("""{"tags":["a b"]}""", "tags")]
    [InlineData("""{"tags":["<i>"]}""", "tags")]
    [InlineData("""{"pinned":"yes"}""", "pinned")]
    [InlineData("""{"archived":null}""", "archived")]
    [InlineData("""{"owner":"me"}""", "owner")]
    [InlineData("[]", "body")]
    public async Task What_is_wrong_is_named(string body, string field)
    {
        var (run, _) = await Rows.RunAsync(app, owner: null);
        var answer = await PatchAsync(await app.ScriptAsync(Roles.Admin), run, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors");
        Assert.Equal(field, Assert.Single(errors.EnumerateObject()).Name);
    }

    [Fact]
    public async Task Texts_and_tags_beyond_their_limits_are_refused()
    {
        var (run, _) = await Rows.RunAsync(app, owner: null);
        var admin = await app.ScriptAsync(Roles.Admin);
        foreach (var body in new[]
        {
            JsonSerializer.Serialize(new { name = new string('x', 10_240) }),
            JsonSerializer.Serialize(new { notes = new string('x', 20_001) }),
            JsonSerializer.Serialize(new { tags = Enumerable.Range(0, 21).Select(i => $"t{i}") }),
        })
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await PatchAsync(admin, run, body)).StatusCode);
        }
    }

    [Fact]
    public async Task Only_the_owner_and_admins_may_and_viewers_star_nothing()
    {
        var (run, _) = await Rows.RunAsync(app, "somebody");
        var member = await app.ScriptAsync(Roles.Member);
        Assert.Equal(HttpStatusCode.Forbidden, (await PatchAsync(member, run, """{"name":"mine"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await PatchAsync(member, 999, """{"name":"mine"}""")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await member.PutAsync("/api/runs/999/star", null, Stop)).StatusCode);
        var viewer = await app.ScriptAsync(Roles.Viewer);
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PutAsync($"/api/runs/{run}/star", null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await PatchAsync(viewer, run, """{"name":"mine"}""")).StatusCode);
    }

    [Fact]
    public async Task A_run_is_deleted_and_restored()
    {
        var (run, _) = await Rows.RunAsync(app, "somebody");
        await Rows.ImageAsync(app, run, [1, 2, 3]);
        var (admin, member) = (await app.ScriptAsync(Roles.Admin), await app.ScriptAsync(Roles.Member));
        Assert.Equal(HttpStatusCode.Forbidden, (await member.DeleteAsync($"/api/runs/{run}", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await admin.DeleteAsync($"/api/runs/{run}", Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.DeleteAsync($"/api/runs/{run}", Stop)).StatusCode);
        foreach (var part in new[] { "", "/images", "/metrics", "/logs", "/log", "/checkpoints" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await member.GetAsync($"/api/runs/{run}{part}", Stop)).StatusCode);
        }

        foreach (var page in new[] { $"/runs/{run}", $"/compare?runs={run},{run + 1}", $"/runs/new?from={run}", "/gallery" })
        {
            Assert.Equal(HttpStatusCode.OK, (await member.GetAsync(page, Stop)).StatusCode);
        }

        Assert.Equal(HttpStatusCode.Forbidden, (await member.PostAsync($"/api/runs/{run}/restore", null, Stop)).StatusCode);
        await ReadAsync(await admin.PostAsync($"/api/runs/{run}/restore", null, Stop));
        Assert.Single(await ListAsync(member, ""));
        Assert.Equal(HttpStatusCode.NotFound, (await admin.PostAsync("/api/runs/999/restore", null, Stop)).StatusCode);
    }

    private static async Task<HttpResponseMessage> PatchAsync(HttpClient script, long run, string body) =>
        await script.PatchAsync(
            $"/api/runs/{run}", new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json")), Stop);

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        return await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
    }

    private static async Task<List<JsonElement>> ListAsync(HttpClient script, string query) =>
        [.. (await script.GetFromJsonAsync<JsonElement>($"/api/runs{query}", Stop)).GetProperty("items").EnumerateArray()];
}
