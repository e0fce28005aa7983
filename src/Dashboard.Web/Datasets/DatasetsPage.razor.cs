using Dashboard.Storage.Datasets;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Web.Datasets;

/// <summary>All data sets of the team, with the progress of those that are imported.</summary>
public sealed partial class DatasetsPage : ComponentBase, IDisposable
{
    private const int PicturesEach = 8;
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private IReadOnlyList<DatasetItem>? datasets;
    private Throttle? throttle;
    private ITimer? timer;

    [Inject]
    private DatasetQueries Queries { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private ILogger<DatasetsPage> Logger { get; set; } = default!;

    public void Dispose()
    {
        throttle?.Dispose();
        timer?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        datasets = await Queries.ListAsync();
        throttle = new Throttle(Pace, ReadAsync, Clock);
        timer = Clock.CreateTimer(_ => throttle.Ask(), null, Pace, Pace);
    }

    /// <summary>Evenly spread over the data set, so that every label has a chance to show.</summary>
    private static IEnumerable<int> Shown(DatasetItem dataset)
    {
        // While it grows only its beginning is sure to stay, and pictures that change all the time only unrest.
        var count = dataset.State == DatasetState.Importing ? Math.Min(dataset.ImageCount, PicturesEach) : dataset.ImageCount;
        var shown = Math.Min(PicturesEach, count);
        return Enumerable.Range(0, shown).Select(i => (int)((long)i * count / shown));
    }

    private async Task AddAsync()
    {
        var dialog = await Dialogs.ShowAsync<NewDatasetDialog>("Add a data set", new DialogOptions { BackdropClick = false, FullWidth = true, MaxWidth = MaxWidth.Small });
        if (await dialog.Result is { Canceled: false, Data: long id })
        {
            Navigation.NavigateTo($"/datasets/{id}");
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            var read = await Queries.ListAsync();
            await InvokeAsync(() =>
            {
                datasets = read;
                StateHasChanged();
            });
        }
        catch (Npgsql.NpgsqlException failure)
        {
            Logger.LogWarning("Data sets can't be read at the moment ({Reason})", failure.Message);
        }
    }
}
