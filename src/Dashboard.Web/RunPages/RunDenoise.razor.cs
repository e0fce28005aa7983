using Dashboard.Storage.Runs;
using Dashboard.Web.Runs;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.RunPages;

/// <summary>Frames of samples on their way from noise to image.</summary>
public sealed partial class RunDenoise : ComponentBase
{
    private RunImages images = default!;

    [Parameter, EditorRequired]
    public required RunView View { get; set; }

    [Parameter]
    public int? Epoch { get; set; }

    [Parameter]
    public int? Frame { get; set; }

    [Inject]
    public required RunQueries Runs { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    private RunItem Run => View.Run;

    protected override void OnInitialized() => images = new RunImages(Runs, frames: true);

    protected override Task OnParametersSetAsync() => images.LoadAsync(Run.Id, Epoch, View.FramesVersion);

    private void ShowEpoch(int index) => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameter("epoch", index == images.Epochs.Count - 1 ? null : (int?)images.Epochs[index]),
        replace: true);

    private void ShowFrame(int? frame) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("frame", frame), replace: true);
}
