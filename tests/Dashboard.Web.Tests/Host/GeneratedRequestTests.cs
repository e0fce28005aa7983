using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CsCheck;
using Dashboard.Storage.Accounts;
using Dashboard.Testing;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticAssets;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Host;

/// <summary>
/// No input answers 500: generated requests to every endpoint of the host, with tokens of each role. DASHBOARD_REQUESTS raises
/// their number, DASHBOARD_SEED changes them.
/// </summary>
public sealed class GeneratedRequestTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Slowest = TimeSpan.FromSeconds(2);

    /// <summary>Of an endpoint that names none.</summary>
    private static readonly string[] Methods = ["GET", "POST"];

    /// <summary>Hangfire routes its own pages below one endpoint.</summary>
    private static readonly string[] JobPages =
    [
        "", "/stats", "/queues", "/jobs/enqueued/{id}", "/jobs/enqueued/fetched/{id}", "/jobs/processing", "/jobs/failed",
        "/jobs/succeeded", "/jobs/deleted", "/jobs/scheduled", "/jobs/awaiting", "/jobs/details/{id}", "/recurring", "/retries",
        "/servers", "/batches", "/css1", "/js1", "/font-glyphicons-halflings-regular/{id}", "/jobs/failed/requeue",
        "/jobs/enqueued/delete", "/jobs/actions/requeue/{id}", "/jobs/actions/delete/{id}", "/recurring/trigger",
        "/recurring/remove", "/nonsense/{id}",
    ];

    private readonly DashboardApp app = new(postgres);

    public ValueTask InitializeAsync() => app.InitializeAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task No_input_answers_500_or_takes_long()
    {
        var (run, dataset) = await Rows.RunAsync(app, null);
        var path = Path.Combine("runs", $"{run}", "last.safetensors");
        Directory.CreateDirectory(Path.Combine(app.Web.Home, "artifacts", "runs", $"{run}"));
        await File.WriteAllBytesAsync(Path.Combine(app.Web.Home, "artifacts", path), [1, 2, 3, 4]);
        var checkpoint = await Rows.CheckpointAsync(app, run, path);
        var image = await Rows.ImageAsync(app, run, [1, 2, 3]);
        var targets = Targets();
        var generator = new RequestGenerator(
            targets, [$"{run}", $"{dataset}", $"{checkpoint}", "1", image], Words(), Bodies(run, dataset, checkpoint));
        var scripts = new Dictionary<string, HttpClient>();
        foreach (var role in Roles.All)
        {
            scripts[role] = await app.ScriptAsync(role);
        }

        // The first page compiles much.
        _ = await scripts[Roles.Admin].GetAsync("/runs");
        var random = new PCG(1, ulong.Parse(Setting("DASHBOARD_SEED", "20261125"), CultureInfo.InvariantCulture));
        var count = int.Parse(Setting("DASHBOARD_REQUESTS", "3000"), CultureInfo.InvariantCulture);
        var answers = new SortedDictionary<string, int>();
        var wrong = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var request = generator.Requests.Generate(random, null, out _);
            var (answer, time) = await AskAsync(scripts[request.Role], request);
            if (time > Slowest)
            {
                // The machine may have been busy: only what is slow twice is slow.
                (answer, time) = await AskAsync(scripts[request.Role], request);
            }

            var kind = answer.Length == 3 ? answer[0] + "xx" : "failed";
            answers[kind] = answers.GetValueOrDefault(kind) + 1;
            if (kind is not ("2xx" or "3xx" or "4xx") || time > Slowest)
            {
                wrong.Add($"{answer} after {time.TotalSeconds:0.0} s: {request}");
            }
        }

        var summary = $"{count} requests to {targets.Count} endpoints: "
            + string.Join(", ", answers.Select(answer => $"{answer.Value} × {answer.Key}"));
        Console.WriteLine(summary);
        Assert.True(wrong.Count == 0, $"{summary}\n{string.Join('\n', wrong.Take(40))}");
        Assert.True(answers.GetValueOrDefault("2xx") > count / 20, summary);
    }

    private static async Task<(string Answer, TimeSpan Time)> AskAsync(HttpClient script, GeneratedRequest request)
    {
        var clock = Stopwatch.StartNew();
        try
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            using var message = request.ToMessage();
            using var answer = await script.SendAsync(message, limit.Token);
            _ = await answer.Content.ReadAsByteArrayAsync(limit.Token);
            return (((int)answer.StatusCode).ToString(CultureInfo.InvariantCulture), clock.Elapsed);
        }
        catch (Exception failure) when (failure is not UriFormatException)
        {
            return ($"{failure.GetType().Name}: {failure.Message}", clock.Elapsed);
        }
    }

    /// <summary>Every endpoint; of the static files, which are many and alike, one.</summary>
    private List<Target> Targets()
    {
        var endpoints = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>().ToList();
        var files = endpoints.Where(endpoint => endpoint.Metadata.GetMetadata<StaticAssetDescriptor>() is not null).ToHashSet();
        var targets = endpoints.Where(endpoint => !files.Contains(endpoint)).Concat(files.Take(1))
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods is { Count: > 0 } methods
                    ? methods
                    : Methods)
                .Select(method => new Target(method, endpoint.RoutePattern.RawText ?? "/")))
            .Distinct()
            .ToList();
        Assert.Contains(targets, target => target.Pattern.Contains("api/runs", StringComparison.Ordinal));
        Assert.Contains(targets, target => target.Pattern.Contains("admin/jobs", StringComparison.Ordinal));
        return
        [
            .. targets,
            .. JobPages.SelectMany(page => Methods.Select(method => new Target(method, $"/admin/jobs{page}"))),
        ];
    }

    /// <summary>Names of the parameters of handlers and pages, and values that they know.</summary>
    private List<string> Words()
    {
        var endpoints = app.Services.GetRequiredService<EndpointDataSource>().Endpoints;
        var handlers = endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<System.Reflection.MethodInfo>())
            .OfType<System.Reflection.MethodInfo>().SelectMany(method => method.GetParameters())
            .Select(parameter => parameter.Name);
        var pages = endpoints.Select(endpoint => endpoint.Metadata.GetMetadata<ComponentTypeMetadata>()?.Type).OfType<Type>()
            .SelectMany(type => type.GetProperties())
            .Where(property => property.IsDefined(typeof(SupplyParameterFromQueryAttribute), false))
            .Select(property => property.Name);
        return
        [
            .. handlers.Concat(pages).OfType<string>().Distinct().Order(StringComparer.Ordinal),
            "size", "checkpoint", "from", "count", "_handler", "Form.Email", "Form.Password", "Form.Name", "newest", "training",
            "sample", "frame", "queued", "ddim", "run", "jobs[]", "metrics[]",
            "automatic", "none", "gbk",
        ];
    }

    private static List<string> Bodies(long run, long dataset, long checkpoint) =>
    [
        JsonSerializer.Serialize(new
        {
            kind = "training",
            name = "a run",
            spec = new
            {
                preset = "ddim-keras", dataset, epochs = 2, batchSize = 16, imageSize = 32,
                network = new { widths = (int[])[8, 16], attentionResolutions = (int[])[16], dropout = 0.1 },
                ema = new { also = (double[])[0.9] },
                evaluation = new { kid = new { churn = new { amount = 0, minSigma = 0.1 }, extractor = "embedded" } },
                schedule = new { kind = "karras", minSigma = 0.01, maxSigma = 80 },
                parameterization = "velocity",
                lossTarget = "velocity",
            },
        }),
        JsonSerializer.Serialize(new
        {
            kind = "sampling",
            name = "samples",
            spec = new
            {
                checkpoint, seeds = new { first = 1, count = 4 }, sampler = "heun", churn = new { amount = 1, maxSigma = 5 },
                emaDecay = 0.9, frames = 0,
            },
        }),
        JsonSerializer.Serialize(new
        {
            kind = "sampling",
            name = "inpainting",
            spec = new { run, inpaint = new { image = "a", left = 0.1 }, label = "roses" },
        }),
        JsonSerializer.Serialize(new { name = "drawn", kind = "drawn-flowers", count = 10, size = 32, seed = 1 }),
        JsonSerializer.Serialize(new { name = "folder", kind = "folder", path = "/srv" }),
        JsonSerializer.Serialize(new
        {
            level = 1, useSplits = true, rename = new { rose = "Rosa" }, leaveOut = (string[])["tulip"], nameEncoding = "gbk",
        }),
        JsonSerializer.Serialize(new { name = "again" }),
        JsonSerializer.Serialize(new { before = run }),
        JsonSerializer.Serialize(new { to = "top" }),
        JsonSerializer.Serialize(new { name = "b", notes = "*c*", tags = (string[])["d"], pinned = true, archived = false }),
    ];

    private static string Setting(string name, string otherwise) =>
        Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : otherwise;
}
