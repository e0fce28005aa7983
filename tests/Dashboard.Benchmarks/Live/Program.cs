using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dashboard.Benchmarks.Live;
using Microsoft.Playwright;

// A small training run, many metrics: what counts is the way of an event, not the network.
var spec = new
{
    preset = "ddim-keras",
    dataset = "drawn-flowers",
    imageSize = 16,
    epochs = 12,
    batchSize = 16,
    network = new { widths = new[] { 16, 32 }, blockDepth = 1 },
    samples = new { count = 4, framed = 1, frames = 4 },
};

using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(8));
await using var dashboard = await DashboardProcess.StartAsync(limit.Token);
await using var chromium = await Chromium.StartAsync();

var token = await dashboard.RunVerbAsync(["tokens", "add", "live-benchmark", "--role", "admin"], limit.Token);
using var api = new HttpClient { BaseAddress = dashboard.Address };
api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);

var page = await chromium.OpenAsync(dashboard.Address);
await SignIn.MakeFirstAccountAsync(page, dashboard.FirstAccountLink());

while ((await api.GetFromJsonAsync<JsonElement>("/api/datasets", limit.Token)).GetProperty("items").EnumerateArray()
    .All(d => d.GetProperty("name").GetString() != spec.dataset || d.GetProperty("state").GetString() != "ready"))
{
    await Task.Delay(500, limit.Token);
}

using var answer = await api.PostAsJsonAsync("/api/runs", new { kind = "training", name = "live", spec }, limit.Token);
answer.EnsureSuccessStatusCode();
var run = (await answer.Content.ReadFromJsonAsync<JsonElement>(limit.Token)).GetProperty("id").GetInt64();

await page.GotoAsync($"/runs/{run}");
await page.WaitForSelectorAsync(
    "[data-metric]", new PageWaitForSelectorOptions { State = WaitForSelectorState.Attached, Timeout = 120_000 });
await page.EvaluateAsync(DomWatch.Script);

string state;
do
{
    await Task.Delay(1000, limit.Token);
    state = (await api.GetFromJsonAsync<JsonElement>($"/api/runs/{run}", limit.Token)).GetProperty("state").GetString()!;
}
while (state is "queued" or "running");

await Task.Delay(1000, limit.Token);
var seen = DomWatch.Read(await page.EvaluateAsync<JsonElement>("window.seenMetrics"));
var metrics = await api.GetFromJsonAsync<JsonElement>($"/api/runs/{run}/metrics", limit.Token);
var latencies = Latency.Of(metrics, seen);
Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"run {state}, {latencies.Count} values, median {Latency.Percentile(latencies, 0.5):F0} ms, max {latencies[^1]:F0} ms"));
if (state != "succeeded" || latencies.Count < 50)
{
    throw new InvalidOperationException($"run {state} with {latencies.Count} values: too few to measure");
}

Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"event_to_dom_p95_ms={Latency.Percentile(latencies, 0.95):F0}"));
