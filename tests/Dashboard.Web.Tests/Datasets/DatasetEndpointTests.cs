using System.IO.Compression;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Dashboard.Testing;
using Dashboard.Web.Datasets;
using Dashboard.Web.Tests.Host;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Dashboard.Web.Tests.Datasets;

public sealed class DatasetEndpointTests(DashboardApp app) : IClassFixture<DashboardApp>, IAsyncLifetime
{
    private ArtifactFiles Artifacts => app.Services.GetRequiredService<ArtifactFiles>();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    private DatasetOptions Limits => app.Services.GetRequiredService<IOptions<DatasetOptions>>().Value;

    public ValueTask InitializeAsync()
    {
        Limits.MaxUploadBytes = new DatasetOptions().MaxUploadBytes;
        return app.ResetAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task An_uploaded_zip_waits_for_its_import_and_is_shown_when_it_is_through()
    {
        var script = await app.ScriptAsync(Roles.Member);

        var made = await script.PostAsync("/api/datasets", Form("roses", Zip("a/1.png", "b/2.png")), Stop);

        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetInt64();
        Assert.True(File.Exists(app.Services.GetRequiredService<DatasetFiles>().Upload(id)));
        Assert.Empty(Uploads());
        var shown = await script.GetFromJsonAsync<JsonElement>($"/api/datasets/{id}", Stop);
        Assert.Equal(("importing", "zip"), (shown.GetProperty("state").GetString(), shown.GetProperty("kind").GetString()));

        var recorder = new DatasetRecorder(app.Services.GetRequiredService<NpgsqlDataSource>(), id);
        await recorder.StartAsync(Stop);
        await recorder.AddImageAsync(0, "a/1.png", "a", 20, 20, [9, 9], Stop);
        await recorder.AddImageAsync(1, "b/2.png", "b", 20, 20, [8, 8], Stop);
        await recorder.AddProblemAsync("c.txt", "no image", Stop);
        await recorder.CompleteAsync([1], 2, 40, "f", Stop);

        var ready = await script.GetFromJsonAsync<JsonElement>($"/api/datasets/{id}", Stop);
        Assert.Equal(
            ("ready", 2, 1),
            (ready.GetProperty("state").GetString(), ready.GetProperty("imageCount").GetInt32(),
                ready.GetProperty("skippedCount").GetInt32()));
        Assert.Equal("no image", ready.GetProperty("problems")[0].GetProperty("reason").GetString());
        var page = await script.GetFromJsonAsync<JsonElement>($"/api/datasets/{id}/images?limit=1", Stop);
        Assert.Equal("training", page.GetProperty("items")[0].GetProperty("split").GetString());
        var next = await script.GetFromJsonAsync<JsonElement>(
            $"/api/datasets/{id}/images?limit=1&cursor={page.GetProperty("nextCursor").GetString()}", Stop);
        Assert.Equal("b/2.png", next.GetProperty("items")[0].GetProperty("name").GetString());

        var address = next.GetProperty("items")[0].GetProperty("thumbnailUrl").GetString();
        Assert.Equal($"/api/datasets/{id}/images/1/thumbnail", address);
        var picture = await script.GetAsync(address, Stop);
        Assert.Equal(
            ("image/jpeg", true),
            (picture.Content.Headers.ContentType!.MediaType,
                picture.Headers.CacheControl!.ToString().Contains("immutable", StringComparison.Ordinal)));
        Assert.Equal([8, 8], await picture.Content.ReadAsByteArrayAsync(Stop));
        Assert.Equal(HttpStatusCode.NotFound, (await script.GetAsync($"/api/datasets/{id}/images/2/thumbnail", Stop)).StatusCode);
    }

    [Theory]
    [InlineData("../../evil.png", "outside")]
    [InlineData("/etc/cron.d/evil", "outside")]
    [InlineData("..\\..\\evil.png", "outside")]
    public async Task A_zip_that_points_outside_is_refused_and_nothing_stays(string entry, string reason) =>
        await RefusedAsync(Form("x", Zip("good.png", entry)), HttpStatusCode.BadRequest, "file", reason);

    [Fact]
    public async Task What_is_no_zip_or_a_bomb_is_refused_and_nothing_stays()
    {
        await RefusedAsync(Form("x", "not a zip at all"u8.ToArray()), HttpStatusCode.BadRequest, "file", "not a zip archive");
        await RefusedAsync(Form("x", Zip()), HttpStatusCode.BadRequest, "file", "empty");
        using var bomb = new MemoryStream();
        using (var zip = new ZipArchive(bomb, ZipArchiveMode.Create))
        {
            using var entry = zip.CreateEntry("zeros.bmp", CompressionLevel.SmallestSize).Open();
            for (var i = 0; i < 64; i++)
            {
                entry.Write(new byte[1 << 20]);
            }
        }

        await RefusedAsync(Form("x", bomb.ToArray()), HttpStatusCode.BadRequest, "file", "bomb");
    }

    [Fact]
    public async Task An_over_large_upload_is_refused_and_nothing_stays()
    {
        Limits.MaxUploadBytes = 1000;

        await RefusedAsync(Form("x", new byte[4000]), HttpStatusCode.RequestEntityTooLarge, "file", "MaxUploadBytes");
    }

    [Fact]
    public async Task A_bad_name_or_a_form_without_a_file_is_named()
    {
        await RefusedAsync(Form("", Zip("a.png")), HttpStatusCode.BadRequest, "name", "name");
        await RefusedAsync(Form(new string('x', 200), Zip("a.png")), HttpStatusCode.BadRequest, "name", "120");
        await RefusedAsync(Form("42", Zip("a.png")), HttpStatusCode.BadRequest, "name", "letter");
        await RefusedAsync(
            new MultipartFormDataContent { { new StringContent("x"), "name" } }, HttpStatusCode.BadRequest, "file", "no file");

        var script = await app.ScriptAsync(Roles.Member, "second");
        Assert.Equal(
            HttpStatusCode.Created, (await script.PostAsync("/api/datasets", Form("taken", Zip("a.png")), Stop)).StatusCode);
        await RefusedAsync(Form("taken", Zip("a.png")), HttpStatusCode.BadRequest, "name", "already");
    }

    [Fact]
    public async Task Viewers_and_strangers_add_nothing()
    {
        var viewer = await app.ScriptAsync(Roles.Viewer);
        Assert.Equal(
            HttpStatusCode.Forbidden, (await viewer.PostAsync("/api/datasets", Form("x", Zip("a.png")), Stop)).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await app.Anonymous().PostAsync("/api/datasets", Form("x", Zip("a.png")), Stop)).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await app.Anonymous().GetAsync("/api/datasets/1/images/0/thumbnail", Stop)).StatusCode);
        Assert.Empty(Uploads());
    }

    [Fact]
    public async Task Folders_are_for_admins_and_below_the_roots_only()
    {
        var root = Directory.CreateDirectory(Path.Combine(app.Web.Home, "shared"));
        var sibling = Directory.CreateDirectory(Path.Combine(app.Web.Home, "shared-secret"));
        var images = root.CreateSubdirectory("images");
        Directory.CreateSymbolicLink(Path.Combine(root.FullName, "out"), sibling.FullName);
        var roots = new FolderRoots(Options.Create(new DatasetOptions { FolderRoots = { root.FullName } }));

        Assert.Equal(images.FullName, roots.Resolve(images.FullName).Path);
        foreach (var outside in new[]
        {
            sibling.FullName, Path.Combine(root.FullName, "out"), $"{root.FullName}/images/../../shared-secret",
            "images", "/etc", "", null,
        })
        {
            Assert.Null(roots.Resolve(outside).Path);
        }

        var member = await app.ScriptAsync(Roles.Member);
        var refused = await member.PostAsJsonAsync("/api/datasets", new { name = "x", kind = "folder", path = "/etc" }, Stop);
        Assert.Contains("admin", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
        var admin = await app.ScriptAsync(Roles.Admin, "admin");
        refused = await admin.PostAsJsonAsync("/api/datasets", new { name = "x", kind = "folder", path = "/etc" }, Stop);
        Assert.Contains("FolderRoots", await refused.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Drawn_flowers_are_ordered_by_json_and_can_be_renamed_and_deleted()
    {
        var script = await app.ScriptAsync(Roles.Member);
        var wrong = await script.PostAsJsonAsync("/api/datasets", new { name = "f", kind = "drawn-flowers", size = 4 }, Stop);
        Assert.True(
            (await wrong.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors").TryGetProperty("size", out _));

        var made = await script.PostAsJsonAsync(
            "/api/datasets", new { name = "f", kind = "drawn-flowers", count = 20, size = 32, seed = 5 }, Stop);
        var address = made.Headers.Location!.ToString();
        var renamed = await script.PatchAsJsonAsync(address, new { name = "g" }, Stop);
        Assert.Equal("g", (await renamed.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("name").GetString());
        var stranger = await app.ScriptAsync(Roles.Member, "stranger");
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.DeleteAsync(address, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NoContent, (await script.DeleteAsync(address, Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await script.GetAsync(address, Stop)).StatusCode);
    }

    [Fact]
    public async Task A_team_without_images_is_given_the_drawn_flowers_once()
    {
        var options = Options.Create(new DatasetOptions { FirstFlowers = 50 });
        var seeder = ActivatorUtilities.CreateInstance<DatasetSeeder>(app.Services, options);

        await seeder.StartAsync(Stop);
        await seeder.StartAsync(Stop);

        var flowers = Assert.Single(await app.Services.GetRequiredService<DatasetQueries>().ListAsync(Stop));
        Assert.Equal((DatasetSeeder.Name, DatasetKind.DrawnFlowers), (flowers.Name, flowers.Kind));
        Assert.Null(flowers.Owner);
    }

    [Fact]
    public async Task A_picture_opens_as_it_was_imported_and_is_left_out_by_its_owner_alone()
    {
        var owner = await app.ScriptAsync(Roles.Member);
        var made = await owner.PostAsync("/api/datasets?background=black", Form("roses", Zip("a/1.png")), Stop);
        var address = made.Headers.Location!.ToString();
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetInt64();
        var recorder = new DatasetRecorder(app.Services.GetRequiredService<NpgsqlDataSource>(), id);
        await recorder.StartAsync(Stop);
        byte[] png = [0x89, .. "PNG rest"u8], other = [.. "<script>"u8];
        var folder = app.Services.GetRequiredService<DatasetFiles>().Folder(id);
        Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, "images.pack"), [1, .. png, .. other], Stop);
        await File.WriteAllTextAsync(
            Path.Combine(folder, "images.json"),
            $$"""{"fingerprint":"f","images":[{"offset":1,"length":{{png.Length}}},{"offset":{{png.Length + 1}},"length":8}]}""",
            Stop);
        await recorder.AddImageAsync(0, "a/1.png", "a", 20, 20, [9], Stop);
        await recorder.AddImageAsync(1, "a/2.png", "a", 20, 20, [9], Stop);
        await recorder.CompleteAsync([1], 1, 40, "f", Stop);

        var image = await owner.GetFromJsonAsync<JsonElement>($"{address}/images/0", Stop);
        var picture = await owner.GetAsync(image.GetProperty("image").GetProperty("pictureUrl").GetString(), Stop);
        Assert.Equal("image/png", picture.Content.Headers.ContentType!.MediaType);
        Assert.Equal(png, await picture.Content.ReadAsByteArrayAsync(Stop));

        // What is no picture is not handed to a browser, whatever a pack holds.
        foreach (var missing in new[] { "images/1/picture", "images/2/picture", "images/2" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await owner.GetAsync($"{address}/{missing}", Stop)).StatusCode);
        }

        var stranger = await app.ScriptAsync(Roles.Member, "stranger");
        var viewer = await app.ScriptAsync(Roles.Viewer, "viewer");
        foreach (var other2 in new[] { stranger, viewer })
        {
            Assert.Equal(
                HttpStatusCode.Forbidden,
                (await other2.PatchAsJsonAsync($"{address}/images/0", new { leftOut = true }, Stop)).StatusCode);
        }

        Assert.Equal(
            HttpStatusCode.BadRequest, (await owner.PatchAsJsonAsync($"{address}/images/0", new { }, Stop)).StatusCode);
        Assert.Equal(
            HttpStatusCode.NotFound,
            (await owner.PatchAsJsonAsync($"{address}/images/7", new { leftOut = true }, Stop)).StatusCode);
        var changed = await owner.PatchAsJsonAsync($"{address}/images/0", new { leftOut = true }, Stop);
        Assert.True(
            (await changed.Content.ReadFromJsonAsync<JsonElement>(Stop))
                .GetProperty("image").GetProperty("leftOut").GetBoolean());
        var detail = await owner.GetFromJsonAsync<JsonElement>(address, Stop);
        Assert.Equal(
            (1, 0, "#000000"),
            (detail.GetProperty("leftOutCount").GetInt32(), detail.GetProperty("trainingCount").GetInt32(),
                detail.GetProperty("background").GetString()));
        Assert.Contains("Too small", detail.GetProperty("tooSmall").GetString(), StringComparison.Ordinal);
        Assert.Equal(
            0, (await owner.GetFromJsonAsync<JsonElement>($"{address}/near-duplicates", Stop)).GetProperty("count").GetInt32());
    }

    [Theory]
    [InlineData("white", null)]
    [InlineData("#FFFFFF", null)]
    [InlineData("Black", "#000000")]
    [InlineData(" #80C0ff ", "#80c0ff")]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void A_background_is_read(string? text, string? colour) =>
        Assert.Equal((colour, null), DatasetIntake.ReadBackground(text));

    [Theory]
    [InlineData("blue")]
    [InlineData("#12345")]
    [InlineData("#1234567")]
    [InlineData("#12345g")]
    [InlineData("#12345٦")]
    public void What_is_no_background_is_named(string text) =>
        Assert.Equal("background", DatasetIntake.ReadBackground(text).Problem!.Field);

    [Fact]
    public async Task A_background_that_is_none_is_refused_by_name() => await RefusedAsync(
        Form("x", Zip("a.png")), HttpStatusCode.BadRequest, "background", "#80c0ff", "/api/datasets?background=blue");

    private async Task RefusedAsync(
        HttpContent form, HttpStatusCode status, string field, string reason, string address = "/api/datasets")
    {
        var script = await app.ScriptAsync(Roles.Member, Guid.NewGuid().ToString("N"));
        var before = (await app.Services.GetRequiredService<DatasetQueries>().ListAsync(Stop)).Count;

        var answer = await script.PostAsync(address, form, Stop);

        Assert.Equal(status, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(Stop);
        Assert.Contains(reason, problem.GetProperty("errors").GetProperty(field)[0].GetString()!, StringComparison.Ordinal);
        Assert.Empty(Uploads());
        Assert.Equal(before, (await app.Services.GetRequiredService<DatasetQueries>().ListAsync(Stop)).Count);
    }

    private string[] Uploads() =>
        Directory.Exists(Artifacts.UploadFolder) ? Directory.GetFileSystemEntries(Artifacts.UploadFolder) : [];

    private static MultipartFormDataContent Form(string name, byte[] file) => new()
    {
        { new StringContent(name), "name" },
        { new ByteArrayContent(file), "file", "images.zip" },
    };

    private static byte[] Zip(params string[] names)
    {
        using var stream = new MemoryStream();
        using (var zip = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            foreach (var name in names)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write([1, 2, 3]);
            }
        }

        return stream.ToArray();
    }
}
