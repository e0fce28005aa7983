using System.Globalization;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.NewRun;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Web.Gallery;

/// <summary>
/// All samples that were ever drawn. The order is fixed when the page opens (a list of ids), so that nothing jumps while new
/// images arrive; a button shows them.
/// </summary>
public sealed partial class GalleryPage : ComponentBase, IDisposable
{
    private const int RunChoices = 100;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private static readonly DialogOptions Wide =
        new() { MaxWidth = MaxWidth.Large, FullWidth = true, CloseButton = true, CloseOnEscapeKey = true };

    private List<long>? ids;
    private LiveQuery<IReadOnlyList<long>> fresh = default!;
    private IReadOnlyList<RunItem> runs = [];
    private IReadOnlyList<DatasetCard> datasets = [];
    private (long? Run, long? Dataset)? listed;
    private TileWall<ImageItem>? wall;

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
    public required GalleryQueries Gallery { get; set; }

    [Inject]
    public required RunQueries Runs { get; set; }

    [Inject]
    public required DatasetCards Cards { get; set; }

    [Inject]
    public required RunFeed Feed { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    private int Tile => Math.Clamp(Side ?? 112, 64, 256);

    private IReadOnlyList<long> Fresh => fresh.Value ?? [];

    private ImageFilter Filter => new(Run: Run, Dataset: Dataset);

    private string Place => Image is { } open && ids?.IndexOf(open) is { } place and >= 0
        ? $"{Format.Count(place + 1)} of {Format.Count(ids.Count)}"
        : "";

    public void Dispose() => fresh.Dispose();

    protected override async Task OnInitializedAsync()
    {
        fresh = Live.Create(FreshAsync, InvokeAsync, StateHasChanged, Pace).On(Feed.Subscribe);
        runs = (await Runs.ListAsync(new RunFilter(Limit: RunChoices))).Items;
        datasets = await Cards.ReadyAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (listed != (Run, Dataset))
        {
            listed = (Run, Dataset);
            ids = [.. await Gallery.IdsAsync(Filter)];
            fresh.Set([]);
            await (wall?.RefreshAsync() ?? Task.CompletedTask);
        }
    }

    private async Task<IReadOnlyList<long>> FreshAsync() =>
        ids is null ? [] : await Gallery.IdsAsync(Filter, ids.Count > 0 ? ids[0] : 0);

    private async Task<IReadOnlyList<ImageItem?>> ReadAsync(int skip, int take, CancellationToken stop)
    {
        var wanted = (ids ?? []).Skip(skip).Take(take).ToList();
        var found = (await Gallery.ManyAsync(wanted, stop)).ToDictionary(i => i.Id);
        return [.. wanted.Select(id => found.GetValueOrDefault(id))];
    }

    private async Task ShowFreshAsync()
    {
        ids!.InsertRange(0, Fresh);
        fresh.Set([]);
        await wall!.ScrollToTopAsync();
    }

    private void Resize(ChangeEventArgs args)
    {
        Side = int.Parse((string)args.Value!, CultureInfo.InvariantCulture);
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

    private void OnDialog(bool visible)
    {
        if (!visible)
        {
            Navigation.NavigateTo(Navigation.GetUriWithQueryParameter("image", (long?)null), replace: true);
        }
    }

    private string AddressOf(long id) => Navigation.GetUriWithQueryParameter("image", id);

    private static string Describe(ImageItem image) => $"{image.RunName}, epoch {image.Epoch}, seed {image.Seed}";

    private void Go(string name, long id) =>
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameter(name, id == 0 ? null : (long?)id), replace: true);

    private string DescribeRun(long id) => id == 0 ? "Any" : runs.FirstOrDefault(r => r.Id == id)?.Name ?? $"#{id}";

    private string DescribeDataset(long id) => id == 0 ? "Any" : datasets.FirstOrDefault(d => d.Id == id)?.Name ?? $"#{id}";
}
