using Dashboard.Storage.Datasets;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Datasets;

/// <summary>All images of a data set, or those with one label.</summary>
public sealed partial class DatasetWall : ComponentBase
{
    private TileWall<DatasetImageItem>? wall;

    [Parameter, EditorRequired]
    public required long Id { get; set; }

    [Parameter]
    public string? Label { get; set; }

    /// <summary>Images that match. It may grow while the data set is imported.</summary>
    [Parameter, EditorRequired]
    public required int Count { get; set; }

    /// <summary>An arrow key was pressed while a picture is open: -1 for left, 1 for right.</summary>
    [Parameter]
    public EventCallback<int> Arrow { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required DatasetQueries Queries { get; set; }

    /// <summary>Reads the pictures in sight again.</summary>
    public Task RefreshAsync() => wall?.RefreshAsync() ?? Task.CompletedTask;

    private string AddressOf(int index) => Navigation.GetUriWithQueryParameter("image", index);

    private async Task<IReadOnlyList<DatasetImageItem?>> ReadAsync(int skip, int take, CancellationToken stop) =>
        await Queries.ImagesAsync(Id, skip, take, Label, stop);
}
