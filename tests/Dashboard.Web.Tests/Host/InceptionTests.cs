using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Artifacts;
using Dashboard.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Host;

/// <summary>InceptionV3's weights don't ship: who asks for them before they are there hears so at once,
/// not from a failed run.</summary>
public sealed class InceptionTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly DashboardApp app = new(postgres);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => app.InitializeAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task A_run_that_wants_missing_weights_is_refused_by_the_field_and_taken_once_they_are_there()
    {
        var dataset = await Rows.DatasetAsync(app);
        var script = await app.ScriptAsync(Roles.Member);
        var request = new
        {
            kind = "training",
            name = "with inception",
            spec = new
            {
                preset = "ddim-keras", dataset, batchSize = 16, evaluation = new { kid = new { extractor = "inception-75" } },
            },
        };

        var refused = await script.PostAsJsonAsync("/api/runs", request, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        var errors = (await refused.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors");
        Assert.Contains("weights", errors.GetProperty("evaluation.kid.extractor")[0].GetString(), StringComparison.Ordinal);

        var weights = app.Services.GetRequiredService<ArtifactFiles>().InceptionWeights;
        Directory.CreateDirectory(Path.GetDirectoryName(weights)!);
        await File.WriteAllBytesAsync(weights, [0], Stop);
        Assert.Equal(HttpStatusCode.Created, (await script.PostAsJsonAsync("/api/runs", request, Stop)).StatusCode);
    }
}
