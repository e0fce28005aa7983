using Dashboard.Storage.Runs;
using Dashboard.Web.Runs;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.RunPages;

/// <summary>The samples of a run, by epoch.</summary>
public sealed partial class RunSamples : ComponentBase
{
    private RunImages images = default!;

    [Parameter, EditorRequired]
    public required RunView View { get; set; }

    [Parameter]
    public int? Epoch { get; set; }

    [Inject]
    public required RunQueries Runs { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    private RunItem Run => View.Run;

    private string EpochText => $"{images.Epoch} of {images.Epochs[^1]}";

    protected override void OnInitialized() => images = new RunImages(Runs, frames: false);

    protected override Task OnParametersSetAsync() => images.LoadAsync(Run.Id, Epoch, View.SamplesVersion);

    // The last epoch is left out of the address: it means the newest.
    private void ShowAsync(int index) => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameter("epoch", index == images.Epochs.Count - 1 ? null : (int?)images.Epochs[index]),
        replace: true);
}
