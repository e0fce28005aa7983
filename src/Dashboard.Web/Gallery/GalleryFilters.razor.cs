using System.Globalization;
using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Web.NewRun;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Gallery;

/// <summary>What the gallery is narrowed down to, kept in the address.</summary>
public sealed partial class GalleryFilters : ComponentBase
{
    private const string DayFormat = "yyyy-MM-dd";

    /// <summary>As they stand in the address; the API has the same.</summary>
    private static readonly string[] Names =
        ["q", "run", "dataset", "sampler", "evaluations", "epoch", "seed", "owner", "from", "until"];

    private static readonly IReadOnlyList<SpecChoice> Samplers = SpecFields.Sampler.Find("sampler").Choices;

    private IReadOnlyList<DatasetCard> datasets = [];
    private RunItem? run;
    private bool more;

    [Parameter, EditorRequired]
    public required ImageFilter Filter { get; set; }

    [Inject]
    public required RunQueries Runs { get; set; }

    [Inject]
    public required DatasetCards Cards { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    /// <summary>The begin of a day in UTC, as addresses have it; null where the text is no day.</summary>
    public static DateTimeOffset? Day(string? text) =>
        DateOnly.TryParseExact(text, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day < DateOnly.MaxValue
            ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero)
            : null;

    protected override async Task OnInitializedAsync()
    {
        more = Filter with { Search = null, Run = null, Dataset = null } != new ImageFilter();
        datasets = await Cards.ReadyAsync();
    }

    protected override async Task OnParametersSetAsync()
    {
        if (run?.Id != Filter.Run)
        {
            run = Filter.Run is { } id ? await Runs.GetAsync(id) : null;
        }
    }

    private static string? Text(DateTimeOffset? day) => day?.ToString(DayFormat, CultureInfo.InvariantCulture);

    private static string DescribeSampler(string? value) => value is null ? "" : DrawnWith.SamplerName(value);

    private string DescribeDataset(long? id) =>
        id is null ? "" : datasets.FirstOrDefault(d => d.Id == id)?.Name ?? $"Data set {id}";

    private async Task<IEnumerable<RunItem>> FindRunsAsync(string? text, CancellationToken stop) =>
        (await Runs.ListAsync(new RunFilter(Search: text, Archived: null, Limit: 20), stop)).Items;

    private void Go(string name, object? value) => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
        {
            [name] = value is string { Length: 0 } ? null : value,
        }),
        replace: true);

    private void Clear() => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameters(Names.ToDictionary(name => name, _ => (object?)null)), replace: true);
}
