using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Bunit;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Testing;
using Dashboard.Web.Hosting;
using Dashboard.Web.Limits;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MudBlazor.Services;

namespace Dashboard.Web.Tests.Host;

/// <summary>Each class of too much, too long or unreadable input, and what it is told.</summary>
public sealed class LimitTests(DashboardApp app) : IClassFixture<DashboardApp>, IAsyncLifetime
{
    private static CancellationToken Stop => Xunit.TestContext.Current.CancellationToken;

    private LimitOptions Limits => app.Services.GetRequiredService<IOptions<LimitOptions>>().Value;

    public ValueTask InitializeAsync()
    {
        var usual = new LimitOptions();
        (Limits.WaitingRunsPerPerson, Limits.BytesPerPerson, Limits.KeepFreeBytes) =
            (usual.WaitingRunsPerPerson, usual.BytesPerPerson, usual.KeepFreeBytes);
        return app.ResetAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("/api/runs?q=%00", "q")]
    [InlineData("/api/runs?owner=a%00", "owner")]
    [InlineData("/api/runs?cursor=%00", "cursor")]
    [InlineData("/api/images?sampler=%00", "sampler")]
    [InlineData("/api/datasets/1/images?label=%00", "label")]
    [InlineData("/api/runs/1/metrics?names=%00", "names")]
    [InlineData("/api/runs?q=1&%00=2", "query")]
    [InlineData("/runs?q=%00", "q")]
    [InlineData("/gallery?run=abc", "run")]
    [InlineData("/runs/1?epoch=99999999999", "epoch")]
    [InlineData("/runs/new?dataset=1.5", "dataset")]
    public async Task A_query_that_cannot_be_read_names_its_parameter(string path, string field)
    {
        var answer = await (await app.ScriptAsync(Roles.Member)).GetAsync(path, Stop);
        Assert.EndsWith(".", await RefusalAsync(answer, field), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"kind":"training","name":"\ud800","spec":{}}""", "name")]
    [InlineData("""{"kind":"training","name":"a","spec":{"preset":"ddim-keras","dataset":"\u0000"}}""", "spec.dataset")]
    [InlineData("""{"kind":"training","name":"a","spec":{"preset":"ddim-keras","preset":"ddpm-keras"}}""", "spec.preset")]
    [InlineData("""{"kind":"sampling","name":"a","spec":{"run":1,"inpaint":{"image":"\u0000"}}}""", "spec.inpaint.image")]
    [InlineData("""{"kind":"training","name":"a","spec":""", "body")]
    [InlineData("""{"kind":"training","name":"a","spec":{"preset":"ddim-keras","dataset":"1","network":{"dropout":"x"}}}""",
        "network.dropout")]
    public async Task A_body_that_cannot_be_read_names_its_field(string body, string field) => Assert.NotEmpty(
        await RefusalAsync(await PostAsync("/api/runs", body), field));

    [Theory]
    [InlineData("""{"name":"a","kind":"drawn-flowers","count":1e400}""", "count")]
    [InlineData("""{"name":"a","kind":"drawn-flowers","size":99999999999}""", "size")]
    [InlineData("""{"name":"a","kind":"roses"}""", "kind")]
    [InlineData("""{"name":"a",""", "body")]
    [InlineData("null", "body")]
    public async Task A_data_set_that_cannot_be_read_names_its_field(string body, string field) => Assert.NotEmpty(
        await RefusalAsync(await PostAsync("/api/datasets", body), field));

    [Theory]
    [InlineData("multipart/form-data; boundary=\"")]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=x")]
    public async Task A_broken_form_is_refused(string type)
    {
        var member = await app.ScriptAsync(Roles.Member);
        foreach (var path in new[] { "/api/datasets", "/api/checkpoints" })
        {
            var content = new ByteArrayContent("--x\r\nnonsense"u8.ToArray());
            content.Headers.TryAddWithoutValidation("Content-Type", type);
            Assert.NotEmpty(await RefusalAsync(await member.PostAsync(path, content, Stop), "file"));
        }
    }

    [Fact]
    public async Task A_form_field_with_NUL_is_refused_before_the_database_sees_it()
    {
        var browser = app.Anonymous();
        var answer = await browser.SignInAsync("a\0@example.org", "x");
        Assert.NotEmpty(await RefusalAsync(answer, "body"));
    }

    [Fact]
    public async Task Numbers_beyond_all_ranges_are_refused_where_a_field_has_none()
    {
        var (run, _) = await Rows.RunAsync(app, null);
        var spec = $$$"""{"run":{{{run}}},"sampler":"heun","churn":{"maxSigma":1e400}}""";
        var body = """{"kind":"sampling","name":"a","spec":""" + spec + "}";
        var folder = Directory.CreateDirectory(Path.Combine(app.Web.Home, "artifacts", "runs", $"{run}")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "last.safetensors"), [1, 2, 3, 4], Stop);
        await Rows.CheckpointAsync(app, run, $"runs/{run}/last.safetensors");
        Assert.Contains(
            "too large", await RefusalAsync(await PostAsync("/api/runs", body), "churn.maxSigma"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bodies_beyond_64_KiB_are_refused()
    {
        var answer = await PostAsync("/api/runs", $$"""{"kind":"training","name":"{{new string('x', 70_000)}}"}""");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains("64 KiB", await answer.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("network", "attentionResolutions", "64", 9, "at most 8")]
    [InlineData("network", "attentionResolutions", "64", 2, "once")]
    [InlineData("network", "widths", "8", 9, "1 to 8")]
    [InlineData("ema", "also", "0.5", 5, "at most 4")]
    [InlineData("ema", "also", "0.5", 2, "once")]
    [InlineData("network", "attentionResolutions", "64", 15_000, "at most 8")]
    public async Task A_list_has_an_end(string part, string field, string entry, int count, string remedy)
    {
        var list = string.Join(',', Enumerable.Repeat(entry, count));
        var spec = $$$"""{"preset":"ddim-keras","dataset":"1","{{{part}}}":{"{{{field}}}":[{{{list}}}]}}""";
        var body = """{"kind":"training","name":"w","spec":""" + spec + "}";
        var refusal = await RefusalAsync(await PostAsync("/api/runs", body), $"{part}.{field}");
        Assert.Contains(remedy, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_names_twenty_problems_and_counts_the_rest()
    {
        var fields = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"\"f{i}\":0"));
        var answer = await PostAsync("/api/runs", $$"""{"kind":"training","name":"a","spec":{},{{fields}}}""");
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("and 2,980 more problems.", text, StringComparison.Ordinal);
        Assert.InRange(text.Length, 100, 5000);
    }

    [Theory]
    [InlineData("/api/runs?limit=-1", 400)]
    [InlineData("/api/runs?limit=100000", 400)]
    [InlineData("/api/runs?limit=99999999999999999999", 400)]
    [InlineData("/api/runs?cursor=nonsense", 200)]
    [InlineData("/api/runs?q=%27%3B%20DROP%20TABLE%20runs%3B--", 200)]
    [InlineData("/api/runs/99999999999999999999", 404)]
    [InlineData("/api/runs/-1", 404)]
    [InlineData("/api/runs/1/logs?limit=-1", 400)]
    [InlineData("/api/runs/1/metrics?buckets=0", 400)]
    [InlineData("/api/datasets/1/images?cursor=-1", 400)]
    [InlineData("/api/datasets/1/images/2147483648/thumbnail", 404)]
    public async Task Queries_beyond_their_range_are_refused_or_find_nothing(string path, int status) =>
        Assert.Equal(status, (int)(await (await app.ScriptAsync(Roles.Viewer)).GetAsync(path, Stop)).StatusCode);

    [Theory]
    [InlineData("seeds", """{"count":1000000000}""", "seeds.count")]
    [InlineData("evaluations", "1000000000", "evaluations")]
    [InlineData("evaluations", "99999999999", "evaluations")]
    [InlineData("guidance", "1e400", "guidance")]
    [InlineData("emaDecay", "1e400", "emaDecay")]
    [InlineData("inpaint", """{"image":"http://127.0.0.1/"}""", "inpaint.image")]
    public async Task A_sampling_spec_beyond_its_range_is_refused(string field, string value, string named)
    {
        var (run, _) = await Rows.RunAsync(app, null);
        var folder = Directory.CreateDirectory(Path.Combine(app.Web.Home, "artifacts", "runs", $"{run}")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(folder, "last.safetensors"), [1, 2, 3, 4], Stop);
        await Rows.CheckpointAsync(app, run, $"runs/{run}/last.safetensors");
        var body = """{"kind":"sampling","name":"a","spec":""" + $$"""{"run":{{run}},"{{field}}":{{value}}""" + "}}";
        Assert.NotEmpty(await RefusalAsync(await PostAsync("/api/runs", body), named));
    }

    [Theory]
    [InlineData(60, HttpStatusCode.BadRequest)]
    [InlineData(200, HttpStatusCode.BadRequest)]
    [InlineData(30_000, HttpStatusCode.BadRequest)]
    [InlineData(500_000, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Depth_is_refused(int depth, HttpStatusCode status)
    {
        var deep = new string('[', depth) + new string(']', depth);
        var body = """{"kind":"training","name":"a","spec":{"preset":"ddim-keras","dataset":"1","seed":""" + deep + "}}";
        Assert.Equal(status, (await PostAsync("/api/runs", body)).StatusCode);
    }

    [Fact]
    public async Task A_list_of_runs_stays_small_whatever_one_of_them_says()
    {
        var (run, _) = await Rows.RunAsync(app, null);
        await app.DatabaseAsync(db => db.Database.ExecuteSqlAsync(
            $"UPDATE runs SET error = repeat('tensor ', 500000), state = 'Failed' WHERE id = {run}", Stop));
        var list = await (await app.ScriptAsync(Roles.Viewer)).GetByteArrayAsync("/api/runs?limit=500", Stop);
        Assert.InRange(list.Length, 1000, 20_000);
    }

    [Fact]
    public async Task Waiting_runs_have_a_quota_but_not_for_admins()
    {
        var dataset = await Rows.DatasetAsync(app);
        var spec = $$"""{"preset":"ddim-keras","dataset":{{dataset}},"batchSize":16}""";
        var body = """{"kind":"training","name":"a","spec":""" + spec + "}";
        var member = await app.ScriptAsync(Roles.Member);
        long id = 0;
        for (var i = 0; i < Limits.WaitingRunsPerPerson; i++)
        {
            var made = i == 0
                ? await PostAsync("/api/runs", body, member)
                : await member.PostAsync($"/api/runs/{id}/clone", null, Stop);
            Assert.Equal(HttpStatusCode.Created, made.StatusCode);
            id = (await made.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetInt64();
        }

        foreach (var refused in new[]
        {
            await PostAsync("/api/runs", body, member), await member.PostAsync($"/api/runs/{id}/clone", null, Stop),
        })
        {
            Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
            Assert.Contains("WaitingRunsPerPerson", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        }

        Assert.Equal(HttpStatusCode.Created, (await PostAsync("/api/runs", body)).StatusCode);
        var admin = await app.ScriptAsync(Roles.Admin);
        Assert.Equal(HttpStatusCode.Created, (await admin.PostAsync($"/api/runs/{id}/clone", null, Stop)).StatusCode);
    }

    [Fact]
    public async Task Uploads_ask_the_disk_and_the_quota_before_they_begin()
    {
        var member = await app.ScriptAsync(Roles.Member);
        var (keep, quota) = (Limits.KeepFreeBytes, Limits.BytesPerPerson);
        Limits.KeepFreeBytes = long.MaxValue;
        var full = await member.PostAsync("/api/datasets", Form(), Stop);
        Assert.Equal(HttpStatusCode.InsufficientStorage, full.StatusCode);
        Assert.Contains("disk", await full.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);

        (Limits.KeepFreeBytes, Limits.BytesPerPerson) = (keep, 1000);
        var over = await member.PostAsync("/api/datasets", Form(2000), Stop);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, over.StatusCode);
        Assert.Contains("BytesPerPerson", await over.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        var chunked = Form(2000);
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/checkpoints") { Content = new UnknownLength(chunked) };
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await member.SendAsync(request, Stop)).StatusCode);

        // What was refused counts no longer, and an admin has no quota: their forms are read, and found to be no zip.
        (Limits.KeepFreeBytes, Limits.BytesPerPerson) = (keep, quota);
        Assert.Equal(HttpStatusCode.BadRequest, (await member.PostAsync("/api/datasets", Form(2000), Stop)).StatusCode);
        Limits.BytesPerPerson = 0;
        var admin = await app.ScriptAsync(Roles.Admin);
        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PostAsync("/api/datasets", Form(2000), Stop)).StatusCode);
        Assert.Equal(
            HttpStatusCode.RequestEntityTooLarge,
            (await PostAsync("/api/datasets", """{"name":"a","kind":"drawn-flowers","count":10}""", member)).StatusCode);
        Assert.Empty(Directory.GetFiles(Path.Combine(app.Web.Home, "artifacts", "uploads")));
    }

    [Fact]
    public async Task Admins_see_the_limits_and_what_is_used()
    {
        var member = await app.ScriptAsync(Roles.Member, "the script of the night");
        Assert.Equal(
            HttpStatusCode.Created,
            (await PostAsync("/api/datasets", """{"name":"a","kind":"drawn-flowers","count":10}""", member)).StatusCode);
        await using var page = new BunitContext();
        page.JSInterop.Mode = JSRuntimeMode.Loose;
        page.Services.AddMudServices();
        page.Services.AddSingleton(app.Services.GetRequiredService<IOptions<LimitOptions>>());
        page.Services.AddSingleton(app.Services.GetRequiredService<UploadAllowance>());
        page.Services.AddSingleton(app.Services.GetRequiredService<UsageQueries>());
        page.Services.AddSingleton(app.Services.GetRequiredService<OrphanCheck>());
        var panel = page.Render<LimitsPanel>();
        await panel.WaitForAssertionAsync(
            () => Assert.Contains("the script of the night", panel.Markup, StringComparison.Ordinal));
        Assert.Contains("200 waiting runs", panel.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tidy_lists_first_and_deletes_only_when_asked()
    {
        var orphan = app.Services.GetRequiredService<ArtifactFiles>().ImportedWeights(new string('a', 64));
        Directory.CreateDirectory(Path.GetDirectoryName(orphan)!);
        await File.WriteAllTextAsync(orphan, "x", Stop);
        File.SetLastWriteTimeUtc(orphan, DateTime.UtcNow.AddHours(-2));
        await DashboardCommand.Parse(["tidy"])!.RunAsync(app.Services, "", Stop);
        Assert.True(File.Exists(orphan));
        await DashboardCommand.Parse(["tidy", "--delete"])!.RunAsync(app.Services, "", Stop);
        Assert.False(File.Exists(orphan));
        Assert.Throws<StartupException>(() => DashboardCommand.Parse(["tidy", "everything"]));
    }

    [Fact]
    public async Task Hangfires_own_pages_answer_no_500()
    {
        var admin = await app.ScriptAsync(Roles.Admin);
        Assert.Equal(HttpStatusCode.OK, (await admin.GetAsync("/admin/jobs", Stop)).StatusCode);
        foreach (var path in new[] { "/stats", "/jobs/details/x", "/jobs/enqueued?from=x", "/jobs/failed?from=-1&count=-1" })
        {
            Assert.InRange((int)(await admin.GetAsync("/admin/jobs" + path, Stop)).StatusCode, 200, 499);
        }
    }

    private static MultipartFormDataContent Form(int bytes = 10) =>
        new() { { new StringContent("a"), "name" }, { new ByteArrayContent(new byte[bytes]), "file", "a.zip" } };

    private async Task<HttpResponseMessage> PostAsync(string path, string json, HttpClient? script = null) =>
        await (script ?? await app.ScriptAsync(Roles.Member)).PostAsync(
            path, new StringContent(json, Encoding.UTF8, "application/json"), Stop);

    private static async Task<string> RefusalAsync(HttpResponseMessage answer, string field)
    {
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{answer.StatusCode}: {text}");
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var errors = JsonElement.Parse(text).GetProperty("errors");
        Assert.True(errors.TryGetProperty(field, out var messages), text);
        return messages[0].GetString()!;
    }

    /// <summary>Sent in chunks: nobody knows its length before its end.</summary>
    private sealed class UnknownLength : HttpContent
    {
        private readonly HttpContent content;

        public UnknownLength(HttpContent content)
        {
            this.content = content;
            Headers.ContentType = content.Headers.ContentType is { } type ? new MediaTypeHeaderValue(type.MediaType!) : null;
            foreach (var parameter in content.Headers.ContentType!.Parameters)
            {
                Headers.ContentType!.Parameters.Add(parameter);
            }
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => content.CopyToAsync(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }

        protected override void Dispose(bool disposing)
        {
            content.Dispose();
            base.Dispose(disposing);
        }
    }
}
