using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Runs;
using Dashboard.Testing;

namespace Dashboard.Web.Tests.Host;

/// <summary><c>POST /api/checkpoints</c>.</summary>
public sealed class WeightsTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly DashboardApp app = new(postgres);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => app.InitializeAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task Weights_are_kept_and_a_run_waits_that_will_check_them()
    {
        var script = await app.ScriptAsync(Roles.Member);
        var answer = await script.PostAsync("/api/checkpoints", Form("from Bern", File(CheckpointFormat.WeightsOnly)), Stop);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var id = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetInt64();
        var run = await script.GetFromJsonAsync<JsonElement>($"/api/runs/{id}", Stop);
        Assert.Equal(("import", "queued"), (run.GetProperty("kind").GetString(), run.GetProperty("state").GetString()));
        Assert.Equal("weights.safetensors", run.GetProperty("spec").GetProperty("file").GetString());
        Assert.Equal(32, run.GetProperty("spec").GetProperty("training").GetProperty("imageSize").GetInt32());
        Assert.True(System.IO.File.Exists(Path.Combine(
            app.Web.Home, "artifacts", "imports", $"{run.GetProperty("spec").GetProperty("sha256").GetString()}.safetensors")));
        var listed = await script.GetFromJsonAsync<JsonElement>("/api/runs?kind=import", Stop);
        Assert.Equal(id, listed.GetProperty("items")[0].GetProperty("id").GetInt64());
    }

    [Fact]
    public async Task What_can_be_no_checkpoint_is_refused_with_its_reason()
    {
        var script = await app.ScriptAsync(Roles.Member);
        var whole = File(CheckpointFormat.Run);
        await RefusedAsync("", whole, "name", "name");
        await RefusedAsync("x", "PK\x03\x04 no tensors"u8.ToArray(), "file", "not a safetensors file");
        await RefusedAsync("x", whole[..^4], "file", "cut short");
        await RefusedAsync("x", [.. whole, 0], "file", "1 bytes more");
        await RefusedAsync("x", File(CheckpointFormat.Run, tensors: 2), "file", "tensors overlap");
        await RefusedAsync("x", File("somebody-elses"), "file", "not a checkpoint of a dashboard");
        await RefusedAsync(
            "x", File(CheckpointFormat.Run, spec => spec["network"]!["widths"] = new JsonArray(0)), "file", "network.widths");

        async Task RefusedAsync(string name, byte[] file, string field, string reason)
        {
            var answer = await script.PostAsync("/api/checkpoints", Form(name, file), Stop);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var errors = (await answer.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors");
            Assert.Contains(reason, errors.GetProperty(field)[0].GetString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Viewers_bring_nothing() => Assert.Equal(
        HttpStatusCode.Forbidden,
        (await (await app.ScriptAsync(Roles.Viewer))
            .PostAsync("/api/checkpoints", Form("x", File(CheckpointFormat.Run)), Stop)).StatusCode);

    private static MultipartFormDataContent Form(string name, byte[] file) =>
        new() { { new StringContent(name), "name" }, { new ByteArrayContent(file), "file", "weights.safetensors" } };

    /// <summary>A safetensors file with one number in it.</summary>
    /// <param name="tensors">How many have this number as their value; the format allows one.</param>
    private static byte[] File(string format, Action<JsonNode>? change = null, int tensors = 1)
    {
        var spec = JsonSerializer.SerializeToNode(
            Presets.Find("ddim-keras")!.Template with { Dataset = "7", ImageSize = 32 }, SpecJson.Options)!;
        change?.Invoke(spec);
        var header = new JsonObject
        {
            ["__metadata__"] = new JsonObject { ["format"] = format, ["spec"] = spec.ToJsonString() },
        };
        for (var i = 0; i < tensors; i++)
        {
            header[$"ema.{i}.bias"] = new JsonObject
            {
                ["dtype"] = "F32", ["shape"] = new JsonArray(1), ["data_offsets"] = new JsonArray(0, 4),
            };
        }

        var text = Encoding.ASCII.GetBytes(header.ToJsonString());
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, text.Length);
        return [.. length, .. text, 0, 0, 0, 0];
    }
}
