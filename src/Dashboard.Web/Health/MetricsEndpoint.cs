using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Workers;
using Dashboard.Web.Shared;

namespace Dashboard.Web.Health;

/// <summary>
/// <c>/metrics</c>: the team's numbers in the text format of Prometheus, which sends a token as everybody does.
/// </summary>
internal static class MetricsEndpoint
{
    public static void MapMetricsEndpoint(this IEndpointRouteBuilder routes) =>
        routes.MapGet(Addresses.Metrics, WriteAsync).WithTags("Health").WithSummary("Numbers for Prometheus.")
            .Produces<string>(StatusCodes.Status200OK, "text/plain");

    private static async Task<IResult> WriteAsync(
        RunQueries runs, GalleryQueries gallery, WorkerDirectory workers, CancellationToken stop)
    {
        var totals = await runs.TotalsAsync(stop);
        var alive = await workers.ListAsync(stop);
        using var process = Process.GetCurrentProcess();

        var text = new StringBuilder();
        Describe(text, "dashboard_runs", "gauge", "Runs by state.");
        foreach (var state in Enum.GetValues<RunState>())
        {
            var name = JsonNamingPolicy.KebabCaseLower.ConvertName(state.ToString());
            Value(text, $"dashboard_runs{{state=\"{name}\"}}", totals.ByState.GetValueOrDefault(state));
        }

        Describe(text, "dashboard_workers_alive", "gauge", "Workers with a young heartbeat.");
        Value(text, "dashboard_workers_alive", alive.Count(w => w.State == WorkerState.Alive));
        Describe(text, "dashboard_images_per_second", "gauge", "Images that all running runs show or draw in a second.");
        Value(text, "dashboard_images_per_second", totals.ImagesPerSecond);
        Describe(text, "dashboard_gallery_images", "gauge", "Images in the gallery, frames among them.");
        Value(text, "dashboard_gallery_images", await gallery.CountAsync(new ImageFilter(Frames: null), stop));
        Describe(text, "process_resident_memory_bytes", "gauge", "Memory of the web process.");
        Value(text, "process_resident_memory_bytes", process.WorkingSet64);
        Describe(text, "process_cpu_seconds_total", "counter", "Processor time of the web process.");
        Value(text, "process_cpu_seconds_total", process.TotalProcessorTime.TotalSeconds);
        return TypedResults.Text(text.ToString(), "text/plain; version=0.0.4", Encoding.UTF8);
    }

    private static void Describe(StringBuilder text, string name, string type, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {name} {help}\n# TYPE {name} {type}\n");

    private static void Value(StringBuilder text, string name, double value) =>
        text.Append(CultureInfo.InvariantCulture, $"{name} {value}\n");
}
