using System.Globalization;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.Charts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Compare;

/// <summary>
/// Two to eight runs beside each other, live. What is shown stands in the address, so that a link shows the same.
/// </summary>
public sealed partial class ComparePage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private LiveQuery<IReadOnlyList<RunItem>> runs = default!;
    private IReadOnlyList<long>? read;

    /// <summary>Numbers of the runs, with commas.</summary>
    [SupplyParameterFromQuery]
    public string? Runs { get; set; }

    /// <summary>The run that the others are compared with; the first where it is left out.</summary>
    [SupplyParameterFromQuery(Name = "baseline")]
    public long? Wanted { get; set; }

    /// <summary>Of the samples; the newest of each run where it is left out.</summary>
    [SupplyParameterFromQuery]
    public int? Epoch { get; set; }

    /// <summary>Diffusion time of the frames that are shown; the finished samples where it is left out.</summary>
    [SupplyParameterFromQuery]
    public double? T { get; set; }

    [SupplyParameterFromQuery]
    public string? X { get; set; }

    [SupplyParameterFromQuery]
    public bool Linear { get; set; }

    /// <summary>0…0.99.</summary>
    [SupplyParameterFromQuery]
    public double? Smooth { get; set; }

    /// <summary>The part of the x axis that all charts show, such as <c>2:10</c>.</summary>
    [SupplyParameterFromQuery]
    public string? Zoom { get; set; }

    /// <summary>All settings instead of only those that differ.</summary>
    [SupplyParameterFromQuery]
    public bool All { get; set; }

    [Inject]
    public required RunQueries Queries { get; set; }

    [Inject]
    public required RunFeed Feed { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    private IReadOnlyList<ComparedRun> ComparedRuns { get; set; } = [];

    /// <summary>Those of the address that are numbers, at most as many as can be compared.</summary>
    private IReadOnlyList<long> Ids =>
    [
        .. Named.Select(NumberOf).OfType<long>().Where(id => id > 0).Distinct().Take(Comparison.Most),
    ];

    private string[] Named =>
        (Runs ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private long BaselineId => ComparedRuns[Baseline].Run.Id;

    private int Baseline => Math.Max(ComparedRuns.ToList().FindIndex(compared => compared.Run.Id == Wanted), 0);

    private ChartAxis Axis => ChartAxes.Read(X);

    private double Smoothing => Smooth is >= 0 and < 1 ? Smooth.Value : 0;

    public void Dispose() => runs.Dispose();

    protected override void OnInitialized() =>
        runs = Live.Create(ReadAsync, InvokeAsync, StateHasChanged, Pace).On(Feed.Subscribe);

    protected override async Task OnParametersSetAsync()
    {
        if (read is null || !read.SequenceEqual(Ids))
        {
            await runs.ReadAsync();
        }
    }

    private async Task<IReadOnlyList<RunItem>> ReadAsync()
    {
        var wanted = Ids;
        var found = (await Queries.GetAsync(wanted)).ToDictionary(run => run.Id);
        IReadOnlyList<RunItem> ordered = [.. wanted.Where(found.ContainsKey).Select(id => found[id])];
        // What has not changed stays the same object, so that no part of the page draws it again.
        var unchanged = read is not null && read.SequenceEqual(wanted)
            && ordered.Select(Version).SequenceEqual(ComparedRuns.Select(compared => Version(compared.Run)));
        read = wanted;
        if (!unchanged)
        {
            ComparedRuns = ComparedRun.Of(ordered);
        }

        return ordered;
    }

    private static (long, long, RunState, string) Version(RunItem run) => (run.Id, run.Sequence, run.State, run.Name);

    private IEnumerable<string> Notes(IReadOnlyList<RunItem> found)
    {
        var (named, ids) = (Named, Ids);
        var gone = ids.Where(id => found.All(run => run.Id != id)).ToList();
        if (gone.Count > 0)
        {
            yield return gone.Count == 1
                ? $"Run {gone[0]} was deleted or never existed."
                : $"Runs {string.Join(", ", gone)} were deleted or never existed.";
        }

        if (named.Any(text => NumberOf(text) is null))
        {
            yield return "A part of the address is not a run's number and was left out.";
        }
        else if (named.Distinct().Count() > Comparison.Most)
        {
            yield return $"At most {Comparison.Most} runs can be compared; the first {Comparison.Most} are shown.";
        }
    }

    private static long? NumberOf(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : null;

    private async Task<IEnumerable<RunItem>> FindAsync(string? text, CancellationToken stop)
    {
        var found = await Queries.ListAsync(new RunFilter(Search: string.IsNullOrWhiteSpace(text) ? null : text.Trim()), stop);
        var ids = Ids;
        return found.Items.Where(run => !ids.Contains(run.Id));
    }

    private void Add(RunItem? run)
    {
        if (run is not null)
        {
            Go("runs", string.Join(',', Ids.Append(run.Id)));
        }
    }

    private void Remove(long id) => Go("runs", string.Join(',', Ids.Where(other => other != id)));

    private void SetBaseline(long id) => Go("baseline", id);

    private void Go(string name, object? value) => Navigation.NavigateTo(With(name, value), replace: true);

    private string With(string name, object? value) =>
        Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { [name] = value });
}
