using System.Globalization;
using System.Text.Json;
using Microsoft.Playwright;

namespace Dashboard.EndToEnd;

/// <summary>Something to look at on every page, made in seconds through the API.</summary>
internal static class SmallRuns
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private static readonly int[] Widths = [8, 16];

    /// <summary>Two trained runs and a paused one.</summary>
    public static async Task<long[]> MakeAsync(IAPIRequestContext api)
    {
        // The data set that every dashboard starts with.
        const long dataset = 1;
        await WaitAsync(api, $"/api/datasets/{Text(dataset)}", "ready");
        long[] runs =
        [
            await TrainAsync(api, dataset, "cosine-signal-rates"),
            await TrainAsync(api, dataset, "cosine"),
            await TrainAsync(api, dataset, "sigmoid"),
        ];
        await PostAsync(api, $"/api/runs/{Text(runs[2])}/pause", new { });
        await WaitAsync(api, $"/api/runs/{Text(runs[0])}", "succeeded");
        await WaitAsync(api, $"/api/runs/{Text(runs[1])}", "succeeded");
        return runs;
    }

    private static Task<long> TrainAsync(IAPIRequestContext api, long dataset, string schedule) =>
        PostAsync(api, "/api/runs", new
        {
            kind = "training",
            name = $"small, {schedule}",
            spec = new
            {
                preset = "ddim-keras",
                dataset = Text(dataset),
                imageSize = 16,
                batchSize = 16,
                epochs = 1,
                schedule = new { kind = schedule },
                network = new { widths = Widths, blockDepth = 1, embeddingDims = 8 },
                samples = new { count = 4, evaluations = 3, framed = 2, frames = 3 },
                evaluation = new { kid = new { everyEpochs = 1, images = 12 } },
            },
        });

    private static async Task<long> PostAsync(IAPIRequestContext api, string address, object body)
    {
        var answer = await api.PostAsync(address, new() { DataObject = body });
        var text = await answer.TextAsync();
        Assert.True(answer.Ok, $"POST {address}: {answer.Status} {text}");
        return text.Length > 0 && JsonDocument.Parse(text).RootElement.TryGetProperty("id", out var id) ? id.GetInt64() : 0;
    }

    private static async Task WaitAsync(IAPIRequestContext api, string address, string state)
    {
        var end = DateTimeOffset.UtcNow + Limit;
        while (true)
        {
            var now = (await (await api.GetAsync(address)).JsonAsync())!.Value;
            if (now.GetProperty("state").GetString() == state)
            {
                return;
            }

            Assert.True(DateTimeOffset.UtcNow < end, $"{address} is not {state} after {Limit}: {now}");
            await Task.Delay(250);
        }
    }

    private static string Text(long id) => id.ToString(CultureInfo.InvariantCulture);
}
