using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Formats.Labels;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Testing;
using Dashboard.Web.Datasets;
using Dashboard.Web.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Web.Tests.Datasets;

/// <summary>Labels through the API: asked for at an upload, told, changed, and warned of.</summary>
public sealed class LabelEndpointTests(DashboardApp app) : IClassFixture<DashboardApp>, IAsyncLifetime
{
    private static readonly string[] LeftOut = ["tulip"];
    private static readonly int[] Widths = [8, 16];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => app.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Labels_are_told_and_changed_by_those_who_may()
    {
        var owner = await app.ScriptAsync(Roles.Member);
        var address = await Labelled.ImportAsync(app.Services, await UploadAsync(owner, "?level=2&useSplits=true"));

        var told = await owner.GetFromJsonAsync<JsonElement>($"{address}/labels", Stop);
        Assert.Equal(
            (2, true), (told.GetProperty("options").GetProperty("level").GetInt32(),
                told.GetProperty("options").GetProperty("useSplits").GetBoolean()));
        Assert.Equal(
            ["rose", "tulip"], told.GetProperty("labels").EnumerateArray().Select(l => l.GetProperty("label").GetString()));
        Assert.Equal("x", told.GetProperty("findings").GetProperty("levels")[0].GetProperty("folders")[0]
            .GetProperty("name").GetString());
        Assert.Equal("tulip", told.GetProperty("thinLabels")[0].GetString());
        var detail = await owner.GetFromJsonAsync<JsonElement>(address, Stop);
        Assert.Equal(
            ("tulip", false),
            (detail.GetProperty("thinLabels")[0].GetString(), detail.GetProperty("changesLabels").GetBoolean()));

        foreach (var other in new[] { await app.ScriptAsync(Roles.Member, "stranger"), await app.ScriptAsync(Roles.Viewer, "v") })
        {
            Assert.Equal(
                HttpStatusCode.Forbidden, (await other.PutAsJsonAsync($"{address}/labels", new { level = 0 }, Stop)).StatusCode);
        }

        var changed = await owner.PutAsJsonAsync(
            $"{address}/labels", new { rename = new { rose = "Rosa" }, leaveOut = LeftOut }, Stop);
        Assert.Equal(HttpStatusCode.Accepted, changed.StatusCode);
        var waiting = await changed.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Equal("Rosa", waiting.GetProperty("wanted").GetProperty("rename").GetProperty("rose").GetString());

        // Until it is done no run can be made.
        var refused = await RunAsync(owner, labels: false);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("being changed", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await owner.GetAsync("/api/datasets/99/labels", Stop)).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound, (await owner.PutAsJsonAsync("/api/datasets/99/labels", new { level = 0 }, Stop)).StatusCode);
    }

    [Theory]
    [InlineData("""{"level":7}""", "level")]
    [InlineData("""{"level":"deep"}""", "level")]
    [InlineData("""{"useSplits":true}""", "useSplits")]
    [InlineData("""{"nameEncoding":"gbk"}""", "nameEncoding")]
    [InlineData("""{"rename":{"lily":"x"}}""", "rename")]
    [InlineData("""{"rename":null}""", "rename")]
    [InlineData("""{"leaveOut":["lily"]}""", "leaveOut")]
    [InlineData("""{"labels":["lily"]}""", "labels")]
    [InlineData("null", "body")]
    [InlineData("[]", "body")]
    public async Task What_can_t_be_is_refused_by_its_field(string body, string field)
    {
        var owner = await app.ScriptAsync(Roles.Member);
        var address = await Labelled.ImportAsync(app.Services, await UploadAsync(owner, ""));

        var answer = await owner.PutAsync(
            $"{address}/labels", new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Stop);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors");
        Assert.True(errors.TryGetProperty(field, out _), errors.ToString());
    }

    [Fact]
    public async Task A_run_keeps_the_labels_and_is_told_of_thin_ones()
    {
        var owner = await app.ScriptAsync(Roles.Member);
        var address = await Labelled.ImportAsync(app.Services, await UploadAsync(owner, ""));

        var plain = await RunAsync(owner, labels: false);
        Assert.Equal(HttpStatusCode.Created, plain.StatusCode);
        Assert.Empty((await plain.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("warnings").EnumerateArray());
        var conditional = await (await RunAsync(owner, labels: true)).Content.ReadFromJsonAsync<JsonElement>(Stop);
        var warning = Assert.Single(conditional.GetProperty("warnings").EnumerateArray());
        Assert.Equal("labels.enabled", warning.GetProperty("field").GetString());
        Assert.Contains("tulip", warning.GetProperty("message").GetString(), StringComparison.Ordinal);

        var refused = await owner.PutAsJsonAsync($"{address}/labels", new { level = 0 }, Stop);
        Assert.Equal(HttpStatusCode.Conflict, refused.StatusCode);
        Assert.Contains("Delete those runs", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("?level=deep", "level")]
    [InlineData("?level=9", "level")]
    [InlineData("?level=-1", "level")]
    [InlineData("?useSplits=perhaps", "useSplits")]
    [InlineData("?nameEncoding=klingon", "nameEncoding")]
    public async Task Options_of_an_upload_are_refused_by_their_field(string query, string field)
    {
        var script = await app.ScriptAsync(Roles.Member);

        var answer = await script.PostAsync($"/api/datasets{query}", Form(), Stop);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors");
        Assert.True(errors.TryGetProperty(field, out _), errors.ToString());
        Assert.Empty(await app.Services.GetRequiredService<DatasetQueries>().ListAsync(Stop));
    }

    [Theory]
    [InlineData(null, null, null, null, false)]
    [InlineData("automatic", "false", "", null, false)]
    [InlineData("none", "true", null, 0, true)]
    [InlineData(" 3 ", "True", " GBK ", 3, true)]
    public void Options_of_an_upload_are_read(string? level, string? splits, string? encoding, int? expected, bool uses)
    {
        var (labels, problem) = DatasetIntake.ReadLabels(new UploadOptions(null, level, splits, encoding));

        Assert.Null(problem);
        Assert.Equal((expected, uses), (labels?.Level, labels?.UseSplits ?? false));
    }

    [Fact]
    public async Task Label_options_of_a_folder_are_checked_and_others_have_none()
    {
        var admin = await app.ScriptAsync(Roles.Admin);

        var drawn = await admin.PostAsJsonAsync(
            "/api/datasets", new { name = "f", kind = "drawn-flowers", count = 4, labels = new { level = 1 } }, Stop);
        Assert.Contains("\"labels\"", await drawn.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);

        // Without a root the folder is refused first; with one, the options are.
        var intake = ActivatorUtilities.CreateInstance<DatasetIntake>(app.Services, Roots(out var images));
        var ada = new Person((await app.AddAccountAsync("ada@example.org", Roles.Admin)).Id, "Ada", Roles.Admin);
        var result = await intake.CreateAsync(
            new DatasetRequest("x", DatasetKind.Folder, images, Labels: new LabelOptions { Level = 99 }),
            ada, Stop);
        Assert.Equal("labels.level", result.Problem!.Field);
        result = await intake.CreateAsync(
            new DatasetRequest("x", DatasetKind.Folder, images, Labels: new LabelOptions { Level = 2, UseSplits = true }),
            ada, Stop);
        var made = (await app.Services.GetRequiredService<DatasetQueries>().GetAsync(result.Id!.Value, Stop))!;
        Assert.Equal(2, made.Source.GetProperty("labels").GetProperty("level").GetInt32());
    }

    [Fact]
    public async Task An_older_data_set_is_searched_for_near_duplicates_once()
    {
        var owner = await app.ScriptAsync(Roles.Member);
        var address = await Labelled.ImportAsync(app.Services, await UploadAsync(owner, ""));
        Assert.Equal(HttpStatusCode.Conflict, (await owner.PostAsync($"{address}/near-duplicates", null, Stop)).StatusCode);
        await using (var old = app.Services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand("UPDATE datasets SET is_hashed = false"))
        {
            await old.ExecuteNonQueryAsync(Stop);
        }

        Assert.False((await owner.GetFromJsonAsync<JsonElement>($"{address}/near-duplicates", Stop))
            .GetProperty("isSearched").GetBoolean());
        var viewer = await app.ScriptAsync(Roles.Viewer, "viewer");
        Assert.Equal(HttpStatusCode.Forbidden, (await viewer.PostAsync($"{address}/near-duplicates", null, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Accepted, (await owner.PostAsync($"{address}/near-duplicates", null, Stop)).StatusCode);
    }

    private FolderRoots Roots(out string images)
    {
        var root = Directory.CreateDirectory(Path.Combine(app.Web.Home, "shared"));
        images = root.CreateSubdirectory("images").FullName;
        return new FolderRoots(Options.Create(new DatasetOptions { FolderRoots = { root.FullName } }));
    }

    private static Task<HttpResponseMessage> RunAsync(HttpClient script, bool labels) => script.PostAsJsonAsync(
        "/api/runs",
        new
        {
            kind = "training", name = "a run",
            spec = new
            {
                preset = "ddim-keras", dataset = "folders", imageSize = 16, batchSize = 2,
                network = new { widths = Widths, embeddingDims = 8 }, labels = new { enabled = labels },
            },
        },
        Stop);

    private static async Task<long> UploadAsync(HttpClient script, string query)
    {
        var made = await script.PostAsync($"/api/datasets{query}", Form(), Stop);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        return (await made.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetInt64();
    }

    private static MultipartFormDataContent Form()
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = zip.CreateEntry("a.png").Open();
            entry.Write([1, 2, 3]);
        }

        return new MultipartFormDataContent
        {
            { new StringContent("folders"), "name" },
            { new ByteArrayContent(stream.ToArray()), "file", "images.zip" },
        };
    }
}
