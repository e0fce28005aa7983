using Dashboard.Storage.Accounts;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Storage.Runs.Table;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using Dashboard.Web.Weights;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Web.Virtualization;
using MudBlazor;

namespace Dashboard.Web.Runs;

/// <summary>
/// All runs, with the columns, filter and order that stand in the address. Only rows in sight are read and kept. Live.
/// </summary>
public sealed partial class RunsPage : ComponentBase, IDisposable
{
    /// <summary>Pixels of a row, as the style sheet has it.</summary>
    private const float RowHeight = 53;

    /// <summary>Rows that are read with the total, for the table's top.</summary>
    private const int FirstRows = 40;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // In the order of choosing: the first becomes the baseline.
    private readonly List<long> chosen = [];
    private LiveQuery<RunTablePart> runs = default!;
    private Virtualize<RunTableRow>? rows;
    private Person? person;
    private RunTableQuery? query;
    private RunFilterProblem? problem;

    // What is in sight was read together with the total.
    private bool isFresh;

    [SupplyParameterFromQuery]
    public string? Q { get; set; }

    [SupplyParameterFromQuery]
    public string? State { get; set; }

    [SupplyParameterFromQuery]
    public string? Kind { get; set; }

    [SupplyParameterFromQuery]
    public string? Owner { get; set; }

    /// <summary>Only runs with this tag.</summary>
    [SupplyParameterFromQuery]
    public string? Tag { get; set; }

    /// <summary>Empty for runs in use, <c>archived</c>, <c>starred</c> (by this person).</summary>
    [SupplyParameterFromQuery]
    public string? Show { get; set; }

    [SupplyParameterFromQuery]
    public string? Filter { get; set; }

    [SupplyParameterFromQuery]
    public string? Sort { get; set; }

    [SupplyParameterFromQuery]
    public string? Cols { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    public required RunTable Table { get; set; }

    [Inject]
    public required RunFeed Feed { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    private RunListQuery List => new(Q, State, Kind, Owner, Tag, Show, Filter, Sort, Cols);

    public void Dispose() => runs.Dispose();

    protected override void OnInitialized() =>
        runs = Live.Create(ReadAsync, InvokeAsync, StateHasChanged, Pace).On(Feed.Subscribe);

    protected override async Task OnParametersSetAsync()
    {
        person ??= (await Authentication).User.ToPerson();
        (query, problem) = List.Read(person.Id);
        await runs.ReadAsync();
    }

    private async Task<RunTablePart> ReadAsync()
    {
        if (query is null)
        {
            return runs.Value ?? new RunTablePart(0, []);
        }

        var part = await Table.ReadAsync(query, 0, FirstRows);
        runs.Set(part);
        isFresh = true;
        await (rows?.RefreshDataAsync() ?? Task.CompletedTask);
        isFresh = false;
        return part;
    }

    private async ValueTask<ItemsProviderResult<RunTableRow>> ProvideAsync(ItemsProviderRequest request)
    {
        if (query is null)
        {
            return new([], 0);
        }

        var end = request.StartIndex + request.Count;
        if (isFresh && runs.Value is { } first && end <= first.Rows.Count)
        {
            return new(first.Rows.Skip(request.StartIndex).Take(request.Count), first.Total);
        }

        var part = await Table.ReadAsync(query, request.StartIndex, request.Count, request.CancellationToken);
        return new(part.Rows, part.Total);
    }

    private void Choose(long run, bool on)
    {
        chosen.Remove(run);
        if (on)
        {
            chosen.Add(run);
        }
    }

    private async Task ChooseAllAsync()
    {
        if (query is not null)
        {
            chosen.AddRange((await Table.IdsAsync(query)).Take(RunBulk.Most).Except(chosen).ToList());
        }
    }

    private async Task ImportAsync()
    {
        var options = new DialogOptions { BackdropClick = false, FullWidth = true, MaxWidth = MaxWidth.Small };
        var dialog = await Dialogs.ShowAsync<ImportWeightsDialog>("Import weights", options);
        if (await dialog.Result is { Canceled: false, Data: long id })
        {
            Navigation.NavigateTo(Addresses.Run(id));
        }
    }

    private void Go(string name, string? value) => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameters(new Dictionary<string, object?>
        {
            [name] = string.IsNullOrWhiteSpace(value) ? null : value.Trim(),
            ["cursor"] = null,
        }),
        replace: true);

    /// <summary>Ascending, then descending, then the newest first again.</summary>
    private void SortBy(string key) => Go("sort", List.SortColumn?.Key != key ? key : List.Descending ? null : $"-{key}");

    private string Sorted(string key) => List.SortColumn?.Key != key ? "none" : List.Descending ? "descending" : "ascending";

    private string Arrow(string key) => Sorted(key) switch { "ascending" => " ↑", "descending" => " ↓", _ => "" };

    private string ExportAddress(string format)
    {
        var all = new Uri(Navigation.Uri).Query.TrimStart('?');
        return $"{Addresses.RunExport}?format={format}{(all.Length > 0 ? $"&{all}" : "")}";
    }

    private static string Align(RunColumn column) => column.Kind == RunColumnKind.Number ? "right num" : "";

    private static string Title(RunColumn column) => column.Field?.Help ?? $"Sort by {column.Label}";

    private static string DescribeState(string? state) => state?.ToLowerInvariant() switch
    {
        null or "" => "Any",
        "queued" => "Waiting",
        "succeeded" => "Done",
        var other => char.ToUpperInvariant(other[0]) + other[1..],
    };

    private static string DescribeShow(string? show) => show switch
    {
        "archived" => "Archived",
        "starred" => "Starred by me",
        _ => "In use",
    };

    private static string DescribeKind(string? kind) =>
        string.IsNullOrEmpty(kind) ? "Any" : char.ToUpperInvariant(kind[0]) + kind[1..];
}
