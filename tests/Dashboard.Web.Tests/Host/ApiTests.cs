using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Runs;
using Dashboard.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Host;

public sealed class ApiTests(DashboardApp app) : IClassFixture<DashboardApp>, IAsyncLifetime
{
    public ValueTask InitializeAsync() => app.ResetAsync();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task The_document_lists_the_stable_paths_and_the_bearer_scheme()
    {
        var script = await app.ScriptAsync(Roles.Viewer);
        var document = await script.GetFromJsonAsync<JsonElement>("/openapi/v1.json");
        var paths = document.GetProperty("paths").EnumerateObject()
            .SelectMany(p => p.Value.EnumerateObject().Select(m => $"{m.Name} {p.Name}")).ToHashSet();
        Assert.Superset(
            new HashSet<string>
            {
                "get /api/datasets", "post /api/datasets", "get /api/datasets/{id}",
                "get /api/runs", "post /api/runs", "get /api/runs/{id}",
                "patch /api/runs/{id}", "delete /api/runs/{id}", "post /api/runs/{id}/restore",
                "put /api/runs/{id}/star", "delete /api/runs/{id}/star",
                "post /api/runs/{id}/cancel", "post /api/runs/{id}/pause",
                "post /api/runs/{id}/resume", "post /api/runs/{id}/retry",
                "post /api/runs/{id}/clone", "post /api/runs/{id}/move",
                "get /api/runs/{id}/metrics", "get /api/runs/{id}/images", "get /api/runs/{id}/checkpoints",
                "get /api/checkpoints/{id}/weights.safetensors", "get /api/images",
                "get /api/images/{id}", "get /api/workers", "get /metrics",
            },
            paths);
        Assert.Equal(
            "bearer",
            document.GetProperty("components").GetProperty("securitySchemes").GetProperty("bearer")
                .GetProperty("scheme").GetString());
    }

    [Fact]
    public async Task A_log_is_read_by_level_and_downloaded_as_text()
    {
        var (run, _) = await Rows.RunAsync(app, owner: null);
        await app.DatabaseAsync(async db =>
        {
            db.RunLogs.AddRange(
                new RunLog
                {
                    RunId = run, Sequence = 1, At = DateTimeOffset.UnixEpoch, Level = RunLogLevel.Information,
                    Text = "Queued by Ann.",
                },
                new RunLog
                {
                    RunId = run, Sequence = 2, At = DateTimeOffset.UnixEpoch, Level = RunLogLevel.Error,
                    Text = "Failed: It broke.", Detail = "at Here()\nat There()",
                });
            return await db.SaveChangesAsync();
        });
        var script = await app.ScriptAsync(Roles.Viewer);
        var answer = await script.GetAsync($"/api/runs/{run}/log");
        Assert.Equal("text/plain; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        Assert.Equal($"run-{run}-log.txt", answer.Content.Headers.ContentDisposition?.FileNameStar);
        Assert.Equal(
            """
            1970-01-01 00:00:00Z  information  Queued by Ann.
            1970-01-01 00:00:00Z  error        Failed: It broke.
                at Here()
                at There()

            """, (await answer.Content.ReadAsStringAsync()).ReplaceLineEndings());
        Assert.DoesNotContain(
            "Queued", await script.GetStringAsync($"/api/runs/{run}/log?level=warning"), StringComparison.Ordinal);
        var lines = await script.GetFromJsonAsync<JsonElement>($"/api/runs/{run}/logs?level=error");
        Assert.Equal("at Here()\nat There()", Assert.Single(lines.GetProperty("items").EnumerateArray())
            .GetProperty("detail").GetString());

        Assert.Equal(HttpStatusCode.BadRequest, (await script.GetAsync($"/api/runs/{run}/log?level=loud")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await script.GetAsync($"/api/runs/{run}/logs?level=1")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await script.GetAsync("/api/runs/999/log")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.Anonymous().GetAsync($"/api/runs/{run}/log")).StatusCode);
    }

    [Fact]
    public async Task The_document_tells_what_a_spec_may_say()
    {
        var script = await app.ScriptAsync(Roles.Viewer);
        var schemas = (await script.GetFromJsonAsync<JsonElement>("/openapi/v1.json"))
            .GetProperty("components").GetProperty("schemas");
        Assert.True(schemas.GetProperty("TrainingSpec").GetProperty("properties").TryGetProperty("lossTarget", out _));
        Assert.True(schemas.GetProperty("SamplingSpec").GetProperty("properties").TryGetProperty("inpaint", out _));
        var batch = schemas.GetProperty("TrainingSpec").GetProperty("properties").GetProperty("batchSize");
        Assert.Equal("Batch size", batch.GetProperty("title").GetString());
        Assert.Equal((2, 4096), (batch.GetProperty("minimum").GetInt32(), batch.GetProperty("maximum").GetInt32()));
        Assert.Contains("memory", batch.GetProperty("description").GetString(), StringComparison.Ordinal);
        foreach (var word in (string[])["dpm-solver-2m", "linear-beta", "inception-299", "attention-unet", "min-snr"])
        {
            Assert.Contains($"\"{word}\"", schemas.GetRawText(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_training_run_is_queued_shown_moved_paused_and_canceled()
    {
        var dataset = await Rows.DatasetAsync(app);
        var script = await app.ScriptAsync(Roles.Member);
        var made = await script.PostAsJsonAsync(
            "/api/runs", Training(new { preset = "ddim-keras", dataset, epochs = 2, batchSize = 16 }));
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();
        Assert.Equal($"/api/runs/{id}", made.Headers.Location!.ToString());

        var run = await script.GetFromJsonAsync<JsonElement>($"/api/runs/{id}");
        Assert.Equal("queued", run.GetProperty("state").GetString());
        Assert.Equal("training", run.GetProperty("kind").GetString());
        Assert.Equal(160, run.GetProperty("progress").GetProperty("imagesTotal").GetInt64());
        Assert.Equal("script", run.GetProperty("owner").GetProperty("name").GetString());
        Assert.Equal("residual-unet", run.GetProperty("spec").GetProperty("network").GetProperty("kind").GetString());

        Assert.Equal("queued", await StateAsync(await script.PostAsJsonAsync($"/api/runs/{id}/move", new { to = "top" })));
        Assert.Equal("paused", await StateAsync(await script.PostAsync($"/api/runs/{id}/pause", null)));
        Assert.Equal("queued", await StateAsync(await script.PostAsync($"/api/runs/{id}/resume", null)));
        Assert.Equal("canceled", await StateAsync(await script.PostAsync($"/api/runs/{id}/cancel", null)));
        Assert.Equal(HttpStatusCode.Conflict, (await script.PostAsync($"/api/runs/{id}/pause", null)).StatusCode);
        Assert.Equal(HttpStatusCode.Created, (await script.PostAsync($"/api/runs/{id}/clone", null)).StatusCode);

        var canceled = await script.GetFromJsonAsync<JsonElement>("/api/runs?state=canceled&kind=training&sort=oldest");
        Assert.Equal(id, Assert.Single(canceled.GetProperty("items").EnumerateArray()).GetProperty("id").GetInt64());
    }

    public static TheoryData<string, string> BadSpecs => new()
    {
        { """{"preset":"ddim-keras","dataset":"$","epochs":0}""", "epochs" },
        { """{"preset":"ddim-keras","dataset":"$","imageSize":63}""", "imageSize" },
        { """{"preset":"ddim-keras","dataset":"$","batchSize":2000}""", "batchSize" },
        {
            """{"preset":"ddim-keras","dataset":"$","network":{"widths":[4000,4000,4000,4000],"blockDepth":16}}""",
            "network.widths"
        },
        { """{"preset":"ddim-keras","dataset":"nowhere"}""", "dataset" },
        { """{"preset":"ddim-keras","dataset":"$","schedule":{"kind":"linear-beta","steps":0}}""", "schedule.steps" },
        { """{"preset":"ddim-keras","dataset":"$","schedule":{"kind":"linear"}}""", "schedule.kind" },
        { """{"preset":"ddim-keras","dataset":"$","schedule":{"zeroTerminalSnr":true}}""", "parameterization" },
        { """{"preset":"ddim-keras","dataset":"$","optimizer":{"kind":"adam"}}""", "optimizer.weightDecay" },
        { """{"preset":"ddim-keras","dataset":"$","labels":{"enabled":true}}""", "labels.enabled" },
        { """{"preset":"ddim-keras","dataset":"$","batchSize":16,"continueFrom":99}""", "continueFrom" },
        { """{"preset":"ddim-keras"}""", "dataset" },
        { """{"preset":"nothing","dataset":"$"}""", "preset" },
        { """{"preset":"ddim-keras","dataset":"$","epoch":3}""", "epoch" },
        { """{"preset":"ddim-keras","dataset":"$","loss":"mean"}""", "loss" },
        { """{"preset":"ddim-keras","dataset":"$","epochs":"many"}""", "epochs" },
    };

    [Theory]
    [MemberData(nameof(BadSpecs))]
    public async Task A_bad_field_is_named_with_its_remedy_and_nothing_is_queued(string spec, string field)
    {
        var dataset = await Rows.DatasetAsync(app);
        var script = await app.ScriptAsync(Roles.Member);
        var answer = await script.PostAsJsonAsync(
            "/api/runs", Training(JsonElement.Parse(spec.Replace("\"$\"", $"{dataset}", StringComparison.Ordinal))));
        await AssertProblemAsync(answer, field);
        Assert.Equal(0, await app.DatabaseAsync(db => db.Runs.CountAsync()));
    }

    [Theory]
    [InlineData("""{"kind":"painting","name":"x","spec":{}}""", "kind")]
    [InlineData("""{"kind":"training","name":"x"}""", "spec")]
    [InlineData("""{"kind":"training","name":7,"spec":{}}""", "name")]
    [InlineData("""{"kind":"training","name":"x","spec":{},"priority":1}""", "priority")]
    [InlineData("""{"kind":"sampling","name":"x","spec":{"checkpoint":99}}""", "checkpoint")]
    [InlineData("""{"kind":"sampling","name":"x","spec":{"run":99}}""", "run")]
    [InlineData("""{"kind":"sampling","name":"x","spec":{"run":1,"evaluations":0}}""", "evaluations")]
    [InlineData("""{"kind":"sampling","name":"x","spec":{"run":1,"sampler":"heun","eta":0.5}}""", "eta")]
    [InlineData("""{"kind":"sampling","name":"x","spec":{"run":1,"guidance":3}}""", "guidance")]
    [InlineData("""{"kind":"sampling","name":"x","spec":{"run":1,"slerp":{"from":3,"to":3}}}""", "slerp.to")]
    [InlineData("""{"kind":"sampling","name":"x","spec":{"run":1,"sampler":"unipc","inpaint":{"image":"a"}}}""", "sampler")]
    [InlineData("""[]""", "body")]
    [InlineData("""{"kind":""", "body")]
    public async Task A_bad_request_is_named(string body, string field)
    {
        var script = await app.ScriptAsync(Roles.Member);
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        await AssertProblemAsync(await script.PostAsync("/api/runs", content), field);
    }

    [Theory]
    [InlineData("/api/runs?limit=0", "limit")]
    [InlineData("/api/runs?limit=-5", "limit")]
    [InlineData("/api/runs?limit=100000", "limit")]
    [InlineData("/api/runs?limit=many", "limit")]
    [InlineData("/api/runs?state=done", "state")]
    [InlineData("/api/runs?sort=best", "sort")]
    [InlineData("/api/images?limit=-1", "limit")]
    [InlineData("/api/images?kind=video", "kind")]
    [InlineData("/api/images?run=first", "run")]
    public async Task A_bad_query_is_named(string path, string field) =>
        await AssertProblemAsync(await (await app.ScriptAsync(Roles.Viewer)).GetAsync(path), field);

    [Theory]
    [InlineData(DatasetState.Importing, "still being imported")]
    [InlineData(DatasetState.Failed, "It broke.")]
    public async Task A_data_set_that_is_not_ready_is_refused_with_the_reason(DatasetState state, string reason)
    {
        var dataset = await Rows.DatasetAsync(app, state);
        var answer = await (await app.ScriptAsync(Roles.Member)).PostAsJsonAsync(
            "/api/runs", Training(new { preset = "ddim-keras", dataset }));
        Assert.Contains(reason, (await AssertProblemAsync(answer, "dataset")).ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Only_the_owner_or_an_admin_acts_on_a_run()
    {
        var dataset = await Rows.DatasetAsync(app);
        var owner = await app.ScriptAsync(Roles.Member, "owner");
        var made = await owner.PostAsJsonAsync("/api/runs", Training(new { preset = "ddim-keras", dataset, batchSize = 16 }));
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetInt64();

        var other = await app.ScriptAsync(Roles.Member, "other");
        foreach (var action in (string[])["cancel", "pause", "resume", "retry"])
        {
            Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsync($"/api/runs/{id}/{action}", null)).StatusCode);
        }

        Assert.Equal(
            HttpStatusCode.Forbidden,
            (await other.PostAsJsonAsync($"/api/runs/{id}/move", new { to = "top" })).StatusCode);
        Assert.Equal(
            "canceled",
            await StateAsync(await (await app.ScriptAsync(Roles.Admin)).PostAsync($"/api/runs/{id}/cancel", null)));
    }

    [Fact]
    public async Task A_checkpoint_is_served_whole_or_in_ranges_and_a_deleted_one_is_refused()
    {
        var (run, _) = await Rows.RunAsync(app, owner: null);
        var files = app.Services.GetRequiredService<ArtifactFiles>();
        Directory.CreateDirectory(files.RunFolder(run));
        var file = Path.Combine(files.RunFolder(run), "last.safetensors");
        await File.WriteAllBytesAsync(file, [1, 2, 3, 4]);
        var id = await Rows.CheckpointAsync(app, run, files.Relative(file));
        var script = await app.ScriptAsync(Roles.Member);
        var listed = (await script.GetFromJsonAsync<JsonElement>($"/api/runs/{run}/checkpoints")).GetProperty("items")[0];
        Assert.True(listed.GetProperty("available").GetBoolean());

        using var whole = await script.GetAsync(listed.GetProperty("url").GetString());
        Assert.Equal([1, 2, 3, 4], await whole.Content.ReadAsByteArrayAsync());
        Assert.Equal($"\"{new string('a', 64)}\"", whole.Headers.ETag?.Tag);
        Assert.Equal("attachment", whole.Content.Headers.ContentDisposition?.DispositionType);

        using var part = new HttpRequestMessage(HttpMethod.Get, $"/api/checkpoints/{id}/weights.safetensors");
        part.Headers.Range = new RangeHeaderValue(1, 2);
        using var partly = await script.SendAsync(part);
        Assert.Equal(HttpStatusCode.PartialContent, partly.StatusCode);
        Assert.Equal([2, 3], await partly.Content.ReadAsByteArrayAsync());

        File.Delete(file);
        Assert.Equal(HttpStatusCode.NotFound, (await script.GetAsync($"/api/checkpoints/{id}/weights.safetensors")).StatusCode);
        var sampling = await script.PostAsJsonAsync(
            "/api/runs", new { kind = "sampling", name = "x", spec = new { checkpoint = id } });
        await AssertProblemAsync(sampling, "checkpoint");
    }

    [Fact]
    public async Task An_image_is_served_as_immutable_and_found_in_the_gallery()
    {
        var (run, _) = await Rows.RunAsync(app, owner: null, name: "<script>alert(1)</script>");
        var sha256 = await Rows.ImageAsync(app, run, [137, 80, 78, 71, 13, 10, 26, 10]);
        var script = await app.ScriptAsync(Roles.Viewer);

        using var image = await script.GetAsync($"/images/{sha256}.png");
        Assert.Equal("image/png", image.Content.Headers.ContentType?.MediaType);
        Assert.Equal([137, 80, 78, 71, 13, 10, 26, 10], await image.Content.ReadAsByteArrayAsync());
        Assert.Contains("immutable", image.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.True(image.Headers.CacheControl?.Private);
        using var again = new HttpRequestMessage(HttpMethod.Get, $"/images/{sha256}.png");
        again.Headers.IfNoneMatch.Add(image.Headers.ETag!);
        Assert.Equal(HttpStatusCode.NotModified, (await script.SendAsync(again)).StatusCode);
        Assert.Equal("image/webp", (await script.GetAsync($"/images/{sha256}.webp")).Content.Headers.ContentType?.MediaType);

        // A stored string is data: no browser may take the answer for a page.
        using var list = await script.GetAsync("/api/images");
        Assert.Equal("application/json", list.Content.Headers.ContentType?.MediaType);
        Assert.Equal("nosniff", Assert.Single(list.Headers.GetValues("X-Content-Type-Options")));
        var item = Assert.Single((await list.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("items").EnumerateArray());
        Assert.Equal($"/images/{sha256}.png", item.GetProperty("url").GetString());
        Assert.Equal($"/images/{sha256}.webp", item.GetProperty("thumbnailUrl").GetString());
        Assert.Equal("sample", item.GetProperty("kind").GetString());
        Assert.Equal(HttpStatusCode.OK, (await script.GetAsync($"/api/images/{item.GetProperty("id").GetInt64()}")).StatusCode);
    }

    [Fact]
    public async Task Ready_means_that_postgres_answers_and_the_numbers_are_there()
    {
        Assert.Equal("ready", await app.Anonymous().GetStringAsync("/health/ready"));
        await Rows.RunAsync(app, owner: null);
        var numbers = await (await app.ScriptAsync(Roles.Viewer)).GetStringAsync("/metrics");
        Assert.Contains("dashboard_runs{state=\"queued\"} 1\n", numbers, StringComparison.Ordinal);
    }

    private static object Training(object spec) => new { kind = "training", name = "a run", spec };

    private static async Task<string?> StateAsync(HttpResponseMessage answer)
    {
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("state").GetString();
    }

    private static async Task<JsonElement> AssertProblemAsync(HttpResponseMessage answer, string field)
    {
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("errors");
        Assert.Contains(field, errors.EnumerateObject().Select(e => e.Name));
        Assert.All(errors.EnumerateObject(), e => Assert.NotEmpty(e.Value[0].GetString()!));
        return errors;
    }
}
