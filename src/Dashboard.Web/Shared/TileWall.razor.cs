using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Microsoft.JSInterop;

namespace Dashboard.Web.Shared;

/// <summary>A row of a <see cref="TileWall{TItem}"/>; null where an item is gone.</summary>
public sealed record TileRow<TItem>(IReadOnlyList<TItem?> Items);

/// <summary>
/// Any number of square tiles, of which only those in sight are in the page. Blazor can't virtualize a grid, so the wall
/// virtualizes rows, whose length follows the width of the window.
/// </summary>
public sealed partial class TileWall<TItem> : ComponentBase, IAsyncDisposable
{
    private ElementReference wall;
    private Virtualize<TileRow<TItem>>? rows;
    private JsModule module = default!;
    private DotNetObjectReference<TileWall<TItem>>? self;
    private TileGrid grid;
    private double width;
    private int counted;

    /// <summary>The least side of a tile, pixels.</summary>
    [Parameter, EditorRequired]
    public required int Side { get; set; }

    /// <summary>Between tiles, pixels.</summary>
    [Parameter]
    public int Gap { get; set; } = 8;

    /// <summary>Items in all.</summary>
    [Parameter, EditorRequired]
    public required int Count { get; set; }

    /// <summary>Reads items from a place in their order; null where one is gone.</summary>
    [Parameter, EditorRequired]
    public required Func<int, int, CancellationToken, Task<IReadOnlyList<TItem?>>> Read { get; set; }

    [Parameter, EditorRequired]
    public required RenderFragment<TItem> Tile { get; set; }

    /// <summary>Stands for a tile while it is read.</summary>
    [Parameter]
    public RenderFragment? Ghost { get; set; }

    /// <summary>An arrow key was pressed while a dialog is open: -1 for left, 1 for right.</summary>
    [Parameter]
    public EventCallback<int> Arrow { get; set; }

    [Inject]
    public required IJSRuntime Script { get; set; }

    private string RowStyle =>
        $"grid-template-columns:repeat({grid.Columns},minmax(0,1fr));height:{Format.Plain(grid.RowHeight)}px";

    /// <summary>The browser reports how wide the wall is.</summary>
    [JSInvokable]
    public Task OnWidth(double pixels) => InvokeAsync(async () =>
    {
        width = pixels;
        await ArrangeAsync();
        StateHasChanged();
    });

    [JSInvokable]
    public Task OnArrow(int step) => InvokeAsync(() => Arrow.InvokeAsync(step));

    /// <summary>Reads the tiles in sight again, because the items changed.</summary>
    public async Task RefreshAsync()
    {
        if (rows is not null)
        {
            await rows.RefreshDataAsync();
            StateHasChanged();
        }
    }

    public Task ScrollToTopAsync() => module.InvokeVoidAsync("toTop");

    public async ValueTask DisposeAsync()
    {
        self?.Dispose();
        await module.DisposeAsync();
    }

    protected override void OnInitialized() => module = new JsModule(Script, "wall");

    protected override async Task OnParametersSetAsync()
    {
        if (width > 0)
        {
            await ArrangeAsync();
        }

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
            await module.InvokeVoidAsync("watch", wall, self);
        }
    }

    private async Task ArrangeAsync()
    {
        var columns = grid.Columns;
        grid = TileGrid.Fit(width, Side, Gap);
        if (grid.Columns != columns)
        {
            await RefreshAsync();
        }
    }

    private async ValueTask<ItemsProviderResult<TileRow<TItem>>> ProvideAsync(ItemsProviderRequest request)
    {
        var at = grid;
        var items = await Read(request.StartIndex * at.Columns, request.Count * at.Columns, request.CancellationToken);
        var read = items.Chunk(at.Columns).Select(row => new TileRow<TItem>(row));
        return new ItemsProviderResult<TileRow<TItem>>(read, at.Rows(Count));
    }
}
