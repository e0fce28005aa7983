using Dashboard.Storage.Workers;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Workers;

/// <summary>The workers, what each works on, and its last heartbeat. No feed reports heartbeats, so the page polls.</summary>
public sealed partial class WorkersPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(3);

    private LiveQuery<IReadOnlyList<WorkerItem>> live = default!;

    [Inject]
    public required WorkerDirectory Directory { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    [Inject]
    public required TimeProvider Clock { get; set; }

    public void Dispose() => live.Dispose();

    protected override Task OnInitializedAsync()
    {
        live = Live.Create(() => Directory.ListAsync(), InvokeAsync, StateHasChanged, Pace).Every(Pace);
        return live.ReadAsync();
    }

    private string Age(WorkerItem worker)
    {
        var age = Clock.GetUtcNow() - worker.HeartbeatAt;
        return age < TimeSpan.FromSeconds(1) ? "now" : $"{Format.Duration(age)} ago";
    }
}
