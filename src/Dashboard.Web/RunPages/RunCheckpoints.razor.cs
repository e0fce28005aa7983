using Dashboard.Storage.Runs;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.RunPages;

/// <summary>The checkpoints of a run whose files are there.</summary>
public sealed partial class RunCheckpoints : ComponentBase
{
    private IReadOnlyList<CheckpointItem> checkpoints = [];
    private (long Run, int Version)? loaded;

    [Parameter, EditorRequired]
    public required RunView View { get; set; }

    [Inject]
    public required RunQueries Runs { get; set; }

    protected override async Task OnParametersSetAsync()
    {
        if (loaded != (View.Run.Id, View.CheckpointsVersion))
        {
            loaded = (View.Run.Id, View.CheckpointsVersion);
            checkpoints = [.. (await Runs.CheckpointsAsync(View.Run.Id)).Where(c => c.Available)];
        }
    }
}
