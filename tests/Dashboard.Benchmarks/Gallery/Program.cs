using System.Diagnostics;
using System.Globalization;
using Dashboard.Benchmarks.Gallery;
using Dashboard.Storage;
using Dashboard.Storage.Gallery;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Npgsql;

var images = Setting("IMAGES", 1_000_000);
var runs = Setting("RUNS", 10_000);
var minutes = Setting("SCROLL_MINUTES", 1);
const int Repeats = 60;
const int Screen = 120;

using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(20 + minutes));
var stop = limit.Token;
await using var postgres = new PostgresFixture();
var connection = await postgres.CreateDatabaseAsync(stop);
await using var services = new ServiceCollection()
    .AddLogging().AddDashboardStorage(connection, postgres.CreateFolder()).BuildServiceProvider();
await using var chromium = await Chromium.StartAsync();

var started = Stopwatch.StartNew();
var blank = await chromium.OpenAsync(new Uri("http://127.0.0.1"));
await Filling.FillAsync(
    services.GetRequiredService<NpgsqlDataSource>(), services.GetRequiredService<IDbContextFactory<DashboardContext>>(), blank,
    runs, images, stop);
await blank.CloseAsync();
Print("images", images);
Print("runs", runs);
Print("fill_seconds", started.Elapsed.TotalSeconds);

// What the page asks when it opens: the order, and the first screen.
var gallery = services.GetRequiredService<GalleryQueries>();
var random = new Random(1);
await OpenAsync(new ImageFilter());
await TimesAsync("first_page", Repeats, _ => OpenAsync(new ImageFilter()));
var filters = new (string Name, Func<int, ImageFilter> Make)[]
{
    ("run", i => new ImageFilter(Run: random.Next(1, runs))),
    ("seed", i => new ImageFilter(Seed: random.Next(64))),
    ("sampler", i => new ImageFilter(Sampler: i % 2 == 0 ? "ddim" : "heun")),
    ("steps", i => new ImageFilter() { Evaluations = i % 2 == 0 ? 5 : 250 }),
    ("epoch", i => new ImageFilter(Epoch: random.Next(images / runs))),
    ("owner", i => new ImageFilter() { Owner = $"p{random.Next(20)}" }),
    ("date", i => Days(random.Next(200))),
    ("sampler_and_seed", i => new ImageFilter(Sampler: "ddpm", Seed: random.Next(64))),
};
var all = new List<double>();
foreach (var (name, make) in filters)
{
    all.AddRange(await TimesAsync($"filter_{name}", Repeats / 3, i => OpenAsync(make(i))));
}

Print("filter_p95_ms", Percentile(all));
string[] words = ["cosine", "karras wide", "deep 12", "paper", "learning rate", "batch 5", "nothing of the kind"];
await TimesAsync("search", Repeats, i => OpenAsync(new ImageFilter(Search: words[i % words.Length])));
var whole = await gallery.OrderAsync(new ImageFilter(), stop);
await TimesAsync(
    "place", Repeats, _ => gallery.AtAsync(new ImageFilter(), whole, random.Next(whole.Count - Screen), Screen, stop));

await using var dashboard = await DashboardProcess.StartAsync(stop, flowers: 0, new Dictionary<string, string>
{
    ["ConnectionStrings__Dashboard"] = connection,
    ["Dashboard__LocalWorkers"] = "0",
});
var page = await chromium.OpenAsync(dashboard.Address);
await SignIn.MakeFirstAccountAsync(page, dashboard.FirstAccountLink());
await page.GotoAsync("/gallery");
await page.EvaluateAsync(Wall.Settle);
var interactive = new List<double>();
for (var i = 0; i < 10; i++)
{
    await page.GotoAsync("/workers");
    var clock = Stopwatch.StartNew();
    await page.GotoAsync("/gallery", new PageGotoOptions { WaitUntil = WaitUntilState.Commit });
    await page.EvaluateAsync(Wall.Settle);
    interactive.Add(clock.Elapsed.TotalMilliseconds);
}

Print("interactive_ms", Percentile(interactive));
var before = (Server: ServerBytes(dashboard.Group), Tab: await TabBytesAsync(page));
var scrolls = new List<double>();
var end = Stopwatch.StartNew();
while (end.Elapsed < TimeSpan.FromMinutes(minutes) || scrolls.Count < 40)
{
    scrolls.Add((await page.EvaluateAsync(Wall.Drag, random.NextDouble()))!.Value.GetDouble());
}

Print("scrolls", scrolls.Count);
Print("scroll_p95_ms", Percentile(scrolls));
Print("server_mb_before", before.Server / 1e6);
Print("server_mb_after", ServerBytes(dashboard.Group) / 1e6);
Print("tab_mb_before", before.Tab / 1e6);
Print("tab_mb_after", await TabBytesAsync(page) / 1e6);

static int Setting(string name, int otherwise) =>
    int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;

static ImageFilter Days(int first) => new()
{
    From = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(first),
    Until = new DateTimeOffset(2026, 1, 8, 0, 0, 0, TimeSpan.Zero).AddDays(first),
};

static void Print(string name, double value) =>
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}={Math.Round(value, value < 10 ? 1 : 0)}"));

static double Percentile(IEnumerable<double> values)
{
    var sorted = values.Order().ToList();
    return sorted[(int)Math.Ceiling(0.95 * sorted.Count) - 1];
}

async Task OpenAsync(ImageFilter filter)
{
    var order = await gallery.OrderAsync(filter, stop);
    await gallery.AtAsync(filter, order, 0, Screen, stop);
}

async Task<IReadOnlyList<double>> TimesAsync(string name, int repeats, Func<int, Task> action)
{
    var times = new List<double>();
    for (var i = 0; i < repeats; i++)
    {
        var clock = Stopwatch.StartNew();
        await action(i);
        times.Add(clock.Elapsed.TotalMilliseconds);
    }

    Print($"{name}_p95_ms", Percentile(times));
    return times;
}

// Resident memory of the web process alone.
static double ServerBytes(int group) => Process.GetProcesses()
    .Where(process => process.ProcessName == "dotnet" && GroupOf(process.Id) == group)
    .Sum(process => (double)process.WorkingSet64);

static int GroupOf(int id)
{
    try
    {
        return int.Parse(File.ReadAllText($"/proc/{id}/stat").Split(") ")[1].Split(' ')[2], CultureInfo.InvariantCulture);
    }
    catch (IOException)
    {
        return 0;
    }
}

static async Task<double> TabBytesAsync(IPage page) =>
    (await page.EvaluateAsync("() => performance.memory.usedJSHeapSize"))!.Value.GetDouble();
