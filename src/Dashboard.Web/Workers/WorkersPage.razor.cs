using Dashboard.Storage.Workers;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Workers;

/// <summary>Who works, on what, and since when nothing was heard. Heartbeats are no events, so the page asks.</summary>
public sealed partial class WorkersPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);

    private IReadOnlyList<WorkerItem>? workers;
    private Throttle? throttle;
    private ITimer? timer;

    [Inject]
    private WorkerDirectory Directory { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private ILogger<WorkersPage> Logger { get; set; } = default!;

    public void Dispose()
    {
        throttle?.Dispose();
        timer?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        workers = await Directory.ListAsync();
        throttle = new Throttle(Pace, ReadAsync, Clock);
        timer = Clock.CreateTimer(_ => throttle.Ask(), null, Pace, Pace);
    }

    private string Age(WorkerItem worker)
    {
        var age = Clock.GetUtcNow() - worker.HeartbeatAt;
        return age < TimeSpan.FromSeconds(1) ? "now" : $"{Format.Duration(age)} ago";
    }

    private async Task ReadAsync()
    {
        try
        {
            var read = await Directory.ListAsync();
            await InvokeAsync(() =>
            {
                workers = read;
                StateHasChanged();
            });
        }
        catch (Npgsql.NpgsqlException failure)
        {
            Logger.LogWarning("Workers can't be read at the moment ({Reason})", failure.Message);
        }
    }
}
