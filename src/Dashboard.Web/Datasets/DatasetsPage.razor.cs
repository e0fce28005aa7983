using Dashboard.Storage.Datasets;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Web.Datasets;

/// <summary>All data sets of the team, with the progress of those being imported.</summary>
public sealed partial class DatasetsPage : ComponentBase, IDisposable
{
    private const int PicturesEach = 8;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private LiveQuery<IReadOnlyList<DatasetItem>> datasets = default!;

    [Inject]
    public required DatasetQueries Queries { get; set; }

    [Inject]
    public required DatasetFeed Feed { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    public void Dispose() => datasets.Dispose();

    protected override Task OnInitializedAsync()
    {
        datasets = Live.Create(() => Queries.ListAsync(), InvokeAsync, StateHasChanged, Pace).On(Feed.Subscribe);
        return datasets.ReadAsync();
    }

    /// <summary>Evenly spread over the data set, so that every label has a chance to show.</summary>
    private static IEnumerable<int> Shown(DatasetItem dataset)
    {
        // While it grows, only the first images are sure to stay; others would change all the time.
        var count = dataset.State == DatasetState.Importing ? Math.Min(dataset.ImageCount, PicturesEach) : dataset.ImageCount;
        var shown = Math.Min(PicturesEach, count);
        return Enumerable.Range(0, shown).Select(i => (int)((long)i * count / shown));
    }

    private async Task AddAsync()
    {
        var options = new DialogOptions { BackdropClick = false, FullWidth = true, MaxWidth = MaxWidth.Small };
        var dialog = await Dialogs.ShowAsync<NewDatasetDialog>("Add a data set", options);
        if (await dialog.Result is { Canceled: false, Data: long id })
        {
            Navigation.NavigateTo(Addresses.Dataset(id));
        }
    }
}
