using Dashboard.Diffusion.Specs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Web.Accounts;
using Dashboard.Web.Uploads;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using MudBlazor;

namespace Dashboard.Web.Datasets;

/// <summary>
/// Asks where images shall come from. A zip goes from the browser to the API; the result is the new data set's id.
/// </summary>
public sealed partial class NewDatasetDialog : ComponentBase
{
    private string name = "";
    private DatasetKind kind = DatasetKind.Zip;
    private string? file;
    private string? suggested;
    private long? count = 2000;
    private long? size = 96;
    private long? seed = 1;
    private string path = "";
    private string background = "white";
    private bool sending;
    private FieldProblem? problem;
    private Person? person;
    private FileUpload? upload;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    public required DatasetIntake Intake { get; set; }

    [Inject]
    public required WriteGate Gate { get; set; }

    [Inject]
    public required FolderRoots Roots { get; set; }

    [Inject]
    public required IOptions<DatasetOptions> Options { get; set; }

    private bool CanUseFolders => person?.IsAdmin == true && Roots.All.Count > 0;

    private string? BackgroundProblem => DatasetIntake.ReadBackground(background).Problem?.Message;

    /// <summary>Whether there is something to send, each field of it possible.</summary>
    private bool Complete => BackgroundProblem is null && kind switch
    {
        DatasetKind.Zip => file is not null,
        DatasetKind.DrawnFlowers => count is not null && size is not null && seed is not null,
        _ => true,
    };

    private string Verb => kind switch
    {
        DatasetKind.Zip => "Upload",
        DatasetKind.DrawnFlowers => "Draw",
        DatasetKind.OxfordFlowers => "Download",
        _ => "Import",
    };

    protected override async Task OnInitializedAsync() => person = (await Authentication).User.ToPerson();

    private void Choose(string? chosen)
    {
        (file, problem) = (chosen, null);
        if (file is not null && (name.Length == 0 || name == suggested))
        {
            name = suggested = Path.GetFileNameWithoutExtension(file);
        }
    }

    private void Refuse(FieldProblem refusal) => (sending, problem) = (false, refusal);

    private async Task SubmitAsync()
    {
        problem = DatasetIntake.CheckName(name);
        if (problem is not null)
        {
            return;
        }

        if (kind == DatasetKind.Zip)
        {
            sending = true;
            await upload!.SendAsync(name);
            return;
        }

        var drawn = new DatasetRequest(name, kind, path, Background: background);
        var request = kind == DatasetKind.DrawnFlowers
            ? drawn with { Count = (int)count!.Value, Size = (int)size!.Value, Seed = seed!.Value }
            : drawn;
        var result = await Gate.DoAsync(p => Intake.CreateAsync(request, p));
        problem = result?.Problem;
        if (result?.Id is { } id)
        {
            Dialog.Close(id);
        }
    }

    private async Task LeaveAsync()
    {
        if (sending)
        {
            await upload!.CancelAsync();
        }

        Dialog.Cancel();
    }

    private bool Wrong(string field) => problem?.Field == field;

    private string? Problem(string field) => Wrong(field) ? problem!.Message : null;
}
