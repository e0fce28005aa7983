using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using Dashboard.Web.Weights;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace Dashboard.Web.Runs;

/// <summary>All runs, filtered by what is in the address. Progress is live.</summary>
public sealed partial class RunsPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    // In the order of choosing: the first becomes the baseline.
    private readonly List<long> chosen = [];
    private LiveQuery<Page<RunItem>> runs = default!;
    private Person? person;

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
    public string? Cursor { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    public required RunQueries Queries { get; set; }

    [Inject]
    public required RunFeed Feed { get; set; }

    [Inject]
    public required LiveQueries Live { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required IDialogService Dialogs { get; set; }

    private bool Filtered => Q is not null || State is not null || Kind is not null || Owner is not null
        || Tag is not null || Show is not null || Cursor is not null;

    private RunFilter Filter => new(
        Enum.TryParse<RunState>(State, ignoreCase: true, out var state) ? [state] : null,
        Enum.TryParse<RunKind>(Kind, ignoreCase: true, out var kind) ? kind : null,
        Owner,
        Q,
        Archived: Show == "archived",
        Tag: Tag,
        StarredBy: Show == "starred" ? person!.Id : null,
        Sort: RunSort.Pinned,
        Cursor: Cursor);

    public void Dispose() => runs.Dispose();

    protected override void OnInitialized() =>
        runs = Live.Create(() => Queries.ListAsync(Filter), InvokeAsync, StateHasChanged, Pace).On(Feed.Subscribe);

    protected override async Task OnParametersSetAsync()
    {
        person ??= (await Authentication).User.ToPerson();
        await runs.ReadAsync();
    }

    private void Choose(long run, bool on)
    {
        chosen.Remove(run);
        if (on)
        {
            chosen.Add(run);
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

    private void Go(string name, string? value)
    {
        var query = new Dictionary<string, object?>
        {
            [name] = string.IsNullOrWhiteSpace(value) ? null : value.Trim(),
            ["cursor"] = null,
        };
        Navigation.NavigateTo(Navigation.GetUriWithQueryParameters(query), replace: true);
    }

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
