using Dashboard.Storage.Datasets;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Microsoft.JSInterop;

namespace Dashboard.Web.Datasets;

/// <summary>A row of pictures: what the wall virtualises, since Blazor can't virtualise a grid.</summary>
public sealed record WallRow(IReadOnlyList<DatasetImageItem> Images);

/// <summary>All images of a data set; only those in sight are in the page.</summary>
public sealed partial class DatasetWall : ComponentBase, IAsyncDisposable
{
    private const int Tile = 104;
    private const int Gap = 6;

    private ElementReference wall;
    private Virtualize<WallRow>? rows;
    private IJSObjectReference? module;
    private DotNetObjectReference<DatasetWall>? self;
    private double width;
    private int columns;
    private int counted;

    [Parameter, EditorRequired]
    public long Id { get; set; }

    [Parameter]
    public string? Label { get; set; }

    /// <summary>Images that match. It may grow while the data set is imported.</summary>
    [Parameter, EditorRequired]
    public int Count { get; set; }

    [Inject]
    private DatasetQueries Queries { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    private float RowHeight => columns == 0 ? Tile : (float)((width - (Gap * (columns - 1))) / columns) + Gap;

    /// <summary>The browser tells how wide the wall is.</summary>
    [JSInvokable]
    public Task OnWidth(double pixels) => InvokeAsync(async () =>
    {
        width = pixels;
        columns = Math.Max(2, (int)((pixels + Gap) / (Tile + Gap)));
        StateHasChanged();
        await RefreshAsync();
    });

    public async ValueTask DisposeAsync()
    {
        self?.Dispose();
        try
        {
            if (module is not null)
            {
                await module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser went first.
        }
    }

    protected override async Task OnParametersSetAsync()
    {
        if (counted != Count)
        {
            counted = Count;
            await RefreshAsync();
        }
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            self = DotNetObjectReference.Create(this);
            module = await Script.InvokeAsync<IJSObjectReference>("import", "./js/wall.js");
            await module.InvokeVoidAsync("watch", wall, self);
        }
    }

    private async Task RefreshAsync()
    {
        if (rows is not null)
        {
            await rows.RefreshDataAsync();
        }
    }

    private async ValueTask<ItemsProviderResult<WallRow>> ProvideAsync(ItemsProviderRequest request)
    {
        var images = await Queries.ImagesAsync(Id, request.StartIndex * columns, request.Count * columns, Label, request.CancellationToken);
        return new ItemsProviderResult<WallRow>([.. images.Chunk(columns).Select(chunk => new WallRow(chunk))], (Count + columns - 1) / columns);
    }
}
