using System.Globalization;
using Dashboard.Storage.Gallery;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.RunPages;

/// <summary>Moves through the frames of one or several samples on their way from noise to image, all at the same t.</summary>
public sealed partial class FrameScrubber : ComponentBase
{
    private List<(int Index, double Time)> places = [];
    private List<IGrouping<long, ImageItem>> ways = [];
    private int index;

    [Parameter, EditorRequired]
    public required IReadOnlyList<ImageItem> Frames { get; set; }

    /// <summary>The evaluation to show; the last where it is null.</summary>
    [Parameter]
    public int? Frame { get; set; }

    /// <summary>Tells the evaluation that was chosen, null for the last.</summary>
    [Parameter]
    public EventCallback<int?> FrameChanged { get; set; }

    private int Current => places.Count == 0 ? -1 : places[index].Index;

    private string Text => places.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"t = {places[index].Time:0.00}");

    private EventCallback<int> IndexChanged => EventCallback.Factory.Create<int>(this, MoveAsync);

    protected override void OnParametersSet()
    {
        places = [.. Frames.Select(f => (f.Frame!.Index, f.Frame.Time)).DistinctBy(p => p.Index).OrderBy(p => p.Index)];
        ways = [.. Frames.GroupBy(f => f.Seed).OrderBy(g => g.Key)];
        var wanted = Frame is { } frame ? places.FindIndex(p => p.Index >= frame) : places.Count - 1;
        index = wanted < 0 ? Math.Max(places.Count - 1, 0) : wanted;
    }

    private Task MoveAsync(int to)
    {
        index = to;
        return FrameChanged.InvokeAsync(to == places.Count - 1 ? null : places[to].Index);
    }
}
