using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Web.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using MudBlazor;

namespace Dashboard.Web.Datasets;

/// <summary>One data set: its numbers, what its import skipped, and all its images.</summary>
public sealed partial class DatasetPage : ComponentBase, IDisposable
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private DatasetDetail? dataset;
    private bool isMissing;
    private Person? person;
    private Throttle? throttle;
    private ITimer? timer;

    [Parameter]
    public long Id { get; set; }

    /// <summary>Only images with this label are on the wall.</summary>
    [SupplyParameterFromQuery]
    public string? Label { get; set; }

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private DatasetQueries Queries { get; set; } = default!;

    [Inject]
    private DatasetBook Book { get; set; } = default!;

    [Inject]
    private IDialogService Dialogs { get; set; } = default!;

    [Inject]
    private ISnackbar Snackbar { get; set; } = default!;

    [Inject]
    private NavigationManager Navigation { get; set; } = default!;

    [Inject]
    private TimeProvider Clock { get; set; } = default!;

    [Inject]
    private ILogger<DatasetPage> Logger { get; set; } = default!;

    private bool MayChange => person?.MayChange(dataset!.Owner?.Id) == true;

    private int Matching => Label is null ? dataset!.ImageCount : dataset!.Labels.FirstOrDefault(l => l.Label == Label)?.Count ?? 0;

    private string Sizes => dataset!.Sizes switch
    {
        [] => "–",
        [var only] => $"{only.Width} × {only.Height}",
        var sizes => $"{sizes[0].Width} × {sizes[0].Height} most often",
    };

    public void Dispose()
    {
        throttle?.Dispose();
        timer?.Dispose();
    }

    protected override async Task OnInitializedAsync()
    {
        person = (await Authentication).User.ToPerson();
        throttle = new Throttle(Pace, ReadAsync, Clock);
        timer = Clock.CreateTimer(_ => AskWhileImporting(), null, Pace, Pace);
    }

    protected override async Task OnParametersSetAsync()
    {
        if (dataset?.Id != Id)
        {
            Show(await Queries.GetAsync(Id));
        }
    }

    // A finished data set changes no more by itself.
    private void AskWhileImporting()
    {
        if (dataset?.State == DatasetState.Importing)
        {
            throttle!.Ask();
        }
    }

    private void Show(DatasetDetail? read)
    {
        dataset = read;
        isMissing = read is null;
    }

    private async Task ReadAsync()
    {
        try
        {
            var read = await Queries.GetAsync(Id);
            await InvokeAsync(() =>
            {
                Show(read);
                StateHasChanged();
            });
        }
        catch (Npgsql.NpgsqlException failure)
        {
            Logger.LogWarning("A data set can't be read at the moment ({Reason})", failure.Message);
        }
    }

    private async Task RenameAsync()
    {
        var dialog = await Dialogs.ShowAsync<RenameDialog>("Rename the data set", new DialogParameters<RenameDialog> { { d => d.Name, dataset!.Name } });
        if (await dialog.Result is { Canceled: false, Data: string name })
        {
            await AnswerAsync(await Book.RenameAsync(Id, name, person!));
        }
    }

    private async Task RetryAsync() => await AnswerAsync(await Book.RetryAsync(Id, person!));

    private async Task DeleteAsync()
    {
        if (!await Dialogs.ConfirmAsync("Delete this data set?", $"“{dataset!.Name}” and its {Format.Count(dataset.ImageCount)} images will be gone.", "Delete", danger: true))
        {
            return;
        }

        var outcome = await Book.DeleteAsync(Id, person!);
        if (outcome.Result == DatasetResult.Done)
        {
            Navigation.NavigateTo("/datasets");
        }
        else
        {
            await AnswerAsync(outcome);
        }
    }

    private async Task AnswerAsync(DatasetOutcome outcome)
    {
        if (outcome.Reason is { } reason)
        {
            Snackbar.Add(reason, Severity.Error);
        }

        Show(await Queries.GetAsync(Id));
    }

    private string AddressOf(string label) => Navigation.GetUriWithQueryParameter("label", label);
}
