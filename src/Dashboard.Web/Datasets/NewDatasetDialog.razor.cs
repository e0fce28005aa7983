using System.Globalization;
using Dashboard.Diffusion.Specs;
using Dashboard.Formats.Zip;
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
    private const string Automatic = "automatic";
    private const int OfferedLevels = 4;

    private string name = "";
    private DatasetKind kind = DatasetKind.Zip;
    private string? file;
    private string? suggested;
    private long? count = 2000;
    private long? size = 96;
    private long? seed = 1;
    private string path = "";
    private string background = "white";
    private string level = Automatic;
    private string encoding = "";
    private bool useSplits;
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

        var plain = new DatasetRequest(name, kind, path, Background: background);
        var request = kind switch
        {
            DatasetKind.DrawnFlowers => plain with { Count = (int)count!.Value, Size = (int)size!.Value, Seed = seed!.Value },
            DatasetKind.Folder => plain with
            {
                Labels = DatasetIntake.ReadLabels(new UploadOptions(Level: level, UseSplits: useSplits.ToString())).Labels,
            },
            _ => plain,
        };
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

    private static IEnumerable<string> Levels =>
        [Automatic, "none", .. Enumerable.Range(1, OfferedLevels).Select(n => n.ToString(CultureInfo.InvariantCulture))];

    private static string DescribeLevel(string level) => level switch
    {
        Automatic => "Found by the program",
        "none" => "No labels",
        _ => $"{DatasetWords.Ordinal(int.Parse(level, CultureInfo.InvariantCulture))} folder of the path",
    };

    private static string DescribeEncoding(string id) => NameEncoding.Find(id)?.Words ?? "The most likely one";

    private bool Wrong(string field) => problem?.Field == field;

    private string? Problem(string field) => Wrong(field) ? problem!.Message : null;
}
