using System.Globalization;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.NewRun;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using Microsoft.JSInterop;
using MudBlazor;

namespace Dashboard.Web.Gallery;

/// <summary>
/// All that was ever drawn. The order is fixed when the page opens (a list of ids), so that nothing jumps while new pictures
/// arrive; they wait behind a button.
/// </summary>
public sealed partial class GalleryPage : ComponentBase, IAsyncDisposable
{
    private const int Gap = 8;
    private const int RunChoices = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);
    private static readonly DialogOptions Wide = new() { MaxWidth = MaxWidth.Large, FullWidth = true, CloseButton = true, CloseOnEscapeKey = true };

    private List<long>? ids;
    private IReadOnlyList<long> fresh = [];
    private IReadOnlyList<RunItem> runs = [];
    private IReadOnlyList<DatasetCard> datasets = [];
    private (long? Run, long? Dataset)? listed;
    private Virtualize<GalleryRow>? rows;
    private ElementReference wall;
    private IJSObjectReference? module;
    private DotNetObjectReference<GalleryPage>? self;
    private IDisposable? subscription;
    private Throttle? throttle;
    private double width;
    private int columns;

    [SupplyParameterFromQuery]
    public long? Run { get; set; }

    [SupplyParameterFromQuery]
    public long? Dataset { get; set; }

    /// <summary>The picture that is open.</summary>
    [SupplyParameterFromQuery]
    public long? Image { get; set; }

    /// <summary>Side of a tile, pixels.</summary>
    [SupplyParameterFromQuery(Name = "size")]
    public int? Side { get; set; }

    [Inject]
    private GalleryQueries Gallery { get; set; } = default!;

    [Inject]
    private RunQueries Runs { get; set; } = default!;

    [Inject]
    private DatasetCards Cards { get; set; } = default!;

    [Inject]
    private RunFeed Feed { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private ILogger<GalleryPage> Logger { get; set; } = default!;

    private int Tile => Math.Clamp(Side ?? 112, 64, 256);

    private float RowHeight => columns == 0 ? Tile : (float)((width - (Gap * (columns - 1))) / columns) + Gap;

    private ImageFilter Filter => new(Run: Run, Dataset: Dataset);

    private string Place => Image is { } open && ids?.IndexOf(open) is { } place and >= 0 ? $"{Format.Count(place + 1)} of {Format.Count(ids.Count)}" : "";

    /// <summary>The browser tells how wide the wall is.</summary>
    [JSInvokable]
    public Task OnWidth(double pixels) => InvokeAsync(async () =>
    {
        width = pixels;
        await ArrangeAsync();
    });

    /// <summary>An arrow key was pressed while a picture is open.</summary>
    [JSInvokable]
    public Task OnArrow(int step) => InvokeAsync(() => Step(step));

    public async ValueTask DisposeAsync()
    {
        subscription?.Dispose();
        throttle?.Dispose();
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

    protected override async Task OnInitializedAsync()
    {
        throttle = new Throttle(Pace, LookForFreshAsync, Clock);
        subscription = Feed.Subscribe(null, _ => throttle.Ask());
        runs = (await Runs.ListAsync(new RunFilter(Limit: RunChoices))).Items;
        datasets = await Cards.ReadyAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (listed != (Run, Dataset))
        {
            listed = (Run, Dataset);
            ids = [.. await Gallery.IdsAsync(Filter)];
            fresh = [];
            await ReloadAsync();
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

    private async ValueTask<ItemsProviderResult<GalleryRow>> ProvideAsync(ItemsProviderRequest request)
    {
        var all = ids ?? [];
        var total = (all.Count + columns - 1) / columns;
        var wanted = all.Skip(request.StartIndex * columns).Take(request.Count * columns).ToList();
        var found = (await Gallery.ManyAsync(wanted, request.CancellationToken)).ToDictionary(i => i.Id);
        var made = wanted.Chunk(columns).Select((chunk, i) => new GalleryRow(request.StartIndex + i, [.. chunk.Where(found.ContainsKey).Select(id => found[id])]));
        return new ItemsProviderResult<GalleryRow>([.. made], total);
    }

    private async Task ArrangeAsync()
    {
        var fitting = Math.Max(2, (int)((width + Gap) / (Tile + Gap)));
        if (fitting != columns)
        {
            columns = fitting;
            await ReloadAsync();
        }

        StateHasChanged();
    }

    private async Task ReloadAsync()
    {
        if (rows is not null && ids is { Count: > 0 })
        {
            await rows.RefreshDataAsync();
        }
    }

    private async Task LookForFreshAsync()
    {
        try
        {
            await InvokeAsync(async () =>
            {
                if (ids is not null)
                {
                    fresh = await Gallery.IdsAsync(Filter, ids.Count > 0 ? ids[0] : 0);
                    StateHasChanged();
                }
            });
        }
        catch (Npgsql.NpgsqlException failure)
        {
            Logger.LogWarning("The gallery can't be read at the moment ({Reason})", failure.Message);
        }
    }

    private async Task ShowFreshAsync()
    {
        ids!.InsertRange(0, fresh);
        fresh = [];
        await ReloadAsync();
        await module!.InvokeVoidAsync("toTop");
    }

    private async Task Resize(ChangeEventArgs args)
    {
        Side = int.Parse((string)args.Value!, CultureInfo.InvariantCulture);
        await ArrangeAsync();
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("size", Side), replace: true);
    }

    private long? Neighbour(int step)
    {
        var place = Image is { } open ? (ids?.IndexOf(open) ?? -1) : -1;
        return place >= 0 && place + step >= 0 && place + step < ids!.Count ? ids[place + step] : null;
    }

    private void Step(int step)
    {
        if (Neighbour(step) is { } id)
        {
            Navigation.NavigateTo(AddressOf(id), replace: true);
        }
    }

    private void OnDialogAsync(bool visible)
    {
        if (!visible)
        {
            Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("image", (long?)null), replace: true);
        }
    }

    private string AddressOf(long id) => Navigation.GetUriWithQueryParameter("image", id);

    private void Go(string name, long id) => Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, id == 0 ? null : (long?)id), replace: true);

    private string DescribeRun(long id) => id == 0 ? "Any" : runs.FirstOrDefault(r => r.Id == id)?.Name ?? $"#{id}";

    private string DescribeDataset(long id) => id == 0 ? "Any" : datasets.FirstOrDefault(d => d.Id == id)?.Name ?? $"#{id}";
}
