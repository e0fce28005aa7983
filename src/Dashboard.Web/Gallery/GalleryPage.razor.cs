using System.Globalization;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Web.Gallery;

/// <summary>
/// All samples that were ever drawn. The order is fixed when the page opens, so that nothing jumps while new images arrive; a
/// button shows them. Only the tiles in sight are held here, however many there are.
/// </summary>
public sealed partial class GalleryPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private static readonly DialogOptions Wide =
        new() { MaxWidth = MaxWidth.Large, FullWidth = true, CloseButton = true, CloseOnEscapeKey = true };

    private ImageOrder? order;
    private ImagePlace? place;
    private LiveQuery<int> fresh = default!;
    private ImageFilter? listed;
    private TileWall<ImageItem>? wall;

    [SupplyParameterFromQuery]
    public long? Run { get; set; }

    [SupplyParameterFromQuery]
    public long? Dataset { get; set; }

    [SupplyParameterFromQuery]
    public string? Owner { get; set; }

    [SupplyParameterFromQuery]
    public string? Sampler { get; set; }

    [SupplyParameterFromQuery]
    public int? Evaluations { get; set; }

    [SupplyParameterFromQuery]
    public int? Epoch { get; set; }

    [SupplyParameterFromQuery]
    public long? Seed { get; set; }

    [SupplyParameterFromQuery(Name = "q")]
    public string? Search { get; set; }

    /// <summary>A day, in UTC.</summary>
    [SupplyParameterFromQuery]
    public string? From { get; set; }

    /// <summary>The last day, in UTC.</summary>
    [SupplyParameterFromQuery]
    public string? Until { get; set; }

    /// <summary>The picture that is open.</summary>
    [SupplyParameterFromQuery]
    public long? Image { get; set; }

    /// <summary>Side of a tile, pixels.</summary>
    [SupplyParameterFromQuery(Name = "size")]
    public int? Side { get; set; }

    [Inject]
    public required GalleryQueries Gallery { get; set; }

    [Inject]
    public required RunFeed Feed { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    private int Tile => Math.Clamp(Side ?? 112, 64, 256);

    private ImageFilter Filter => new(Run, Dataset, Sampler, Epoch, Seed, Search: Search)
    {
        Evaluations = Evaluations,
        Owner = Owner,
        From = GalleryFilters.Day(From),
        Until = GalleryFilters.Day(Until)?.AddDays(1),
    };

    private bool IsFiltered => Filter != new ImageFilter();

    private string Place => place is { } at && order is not null
        ? $"{Format.Count(at.Place + 1)} of {Format.Count(order.Count)}"
        : "";

    public void Dispose() => fresh.Dispose();

    protected override void OnInitialized() =>
        fresh = Live.Create(NewerAsync, InvokeAsync, StateHasChanged, Pace).On(Feed.Subscribe);

    protected override async Task OnParametersSetAsync()
    {
        var filter = Filter;
        if (listed != filter)
        {
            listed = filter;
            order = await Gallery.OrderAsync(filter);
            fresh.Set(0);
            await (wall?.RefreshAsync() ?? Task.CompletedTask);
        }

        place = Image is { } open && order is not null ? await Gallery.PlaceAsync(filter, order, open) : null;
    }

    private async Task<int> NewerAsync() => order is null ? 0 : await Gallery.NewerAsync(Filter, order);

    private async Task<IReadOnlyList<ImageItem?>> ReadAsync(int skip, int take, CancellationToken stop) =>
        order is null ? [] : await Gallery.AtAsync(Filter, order, skip, take, stop);

    private async Task ShowFreshAsync()
    {
        order = await Gallery.OrderAsync(Filter);
        fresh.Set(0);
        await wall!.ScrollToTopAsync();
    }

    private void Resize(ChangeEventArgs args)
    {
        Side = int.Parse((string)args.Value!, CultureInfo.InvariantCulture);
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("size", Side), replace: true);
    }

    private long? Neighbour(int step) => step < 0 ? place?.Newer : place?.Older;

    private void Step(int step)
    {
        if (Neighbour(step) is { } id)
        {
            Navigation.NavigateTo(AddressOf(id), replace: true);
        }
    }

    private void OnDialog(bool visible)
    {
        if (!visible)
        {
            Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("image", (long?)null), replace: true);
        }
    }

    private string AddressOf(long id) => Navigation.GetUriWithQueryParameter("image", id);

    private static string Describe(ImageItem image) => $"{image.RunName}, epoch {image.Epoch}, seed {image.Seed}";
}
