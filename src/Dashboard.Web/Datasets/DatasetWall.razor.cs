using Dashboard.Storage.Datasets;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Datasets;

/// <summary>All images of a data set, or those with one label.</summary>
public sealed partial class DatasetWall : ComponentBase
{
    [Parameter, EditorRequired]
    public required long Id { get; set; }

    [Parameter]
    public string? Label { get; set; }

    /// <summary>Images that match. It may grow while the data set is imported.</summary>
    [Parameter, EditorRequired]
    public required int Count { get; set; }

    [Inject]
    public required DatasetQueries Queries { get; set; }

    private async Task<IReadOnlyList<DatasetImageItem?>> ReadAsync(int skip, int take, CancellationToken stop) =>
        await Queries.ImagesAsync(Id, skip, take, Label, stop);
}
