using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Postgres;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.Shared;
using Dashboard.Web.Weights;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Web.Runs;

/// <summary>All runs, by filters that stand in the address. Progress is live.</summary>
public sealed partial class RunsPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private Page<RunItem>? page;
    private IDisposable? subscription;
    private Throttle? throttle;

    [SupplyParameterFromQuery]
    public string? Q { get; set; }

    [SupplyParameterFromQuery]
    public string? State { get; set; }

    [SupplyParameterFromQuery]
    public string? Kind { get; set; }

    [SupplyParameterFromQuery]
    public string? Owner { get; set; }

    [SupplyParameterFromQuery]
    public string? Cursor { get; set; }

    [Inject]
    private RunQueries Runs { get; set; } = default!;

    [Inject]
    private RunFeed Feed { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private ILogger<RunsPage> Logger { get; set; } = default!;

    private bool Filtered => Q is not null || State is not null || Kind is not null || Owner is not null || Cursor is not null;

    private RunFilter Filter => new(
        Enum.TryParse<RunState>(State, ignoreCase: true, out var state) ? [state] : null,
        Enum.TryParse<RunKind>(Kind, ignoreCase: true, out var kind) ? kind : null,
        Owner,
        Q,
        Cursor: Cursor);

    public void Dispose()
    {
        subscription?.Dispose();
        throttle?.Dispose();
    }

    protected override void OnInitialized()
    {
        throttle = new Throttle(Pace, RefreshAsync, Clock);
        subscription = Feed.Subscribe(null, _ => throttle.Ask());
    }

    protected override async Task OnParametersSetAsync() => page = await Runs.ListAsync(Filter);

    private async Task RefreshAsync()
    {
        try
        {
            await InvokeAsync(async () =>
            {
                page = await Runs.ListAsync(Filter);
                StateHasChanged();
            });
        }
        catch (Npgsql.NpgsqlException failure)
        {
            Logger.LogWarning("Runs can't be read at the moment ({Reason})", failure.Message);
        }
    }

    private async Task ImportAsync()
    {
        var options = new DialogOptions { BackdropClick = false, FullWidth = true, MaxWidth = MaxWidth.Small };
        var dialog = await Dialogs.ShowAsync<ImportWeightsDialog>("Import weights", options);
        if (await dialog.Result is { Canceled: false, Data: long id })
        {
            Navigation.NavigateTo($"/runs/{id}");
        }
    }

    private void Go(string name, string? value) => Navigation.NavigateTo(
        Navigation.GetUriWithQueryParameters(new Dictionary<string, object?> { [name] = string.IsNullOrWhiteSpace(value) ? null : value.Trim(), ["cursor"] = null }),
        replace: true);

    private static string DescribeState(string? state) => state?.ToLowerInvariant() switch
    {
        null or "" => "Any",
        "queued" => "Waiting",
        "succeeded" => "Done",
        var other => char.ToUpperInvariant(other[0]) + other[1..],
    };

    private static string DescribeKind(string? kind) => string.IsNullOrEmpty(kind) ? "Any" : char.ToUpperInvariant(kind[0]) + kind[1..];
}
