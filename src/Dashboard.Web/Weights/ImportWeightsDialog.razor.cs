using Dashboard.Diffusion.Specs;
using Dashboard.Web.Runs;
using Dashboard.Web.Uploads;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Dashboard.Web.Weights;

/// <summary>Uploads weights from elsewhere: a checkpoint or exported weights of any dashboard.</summary>
public sealed partial class ImportWeightsDialog : ComponentBase
{
    private string name = "";
    private string? file;
    private string? suggested;
    private bool sending;
    private FieldProblem? problem;
    private FileUpload? upload;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

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
        problem = RunIntake.CheckName(name.Trim());
        if (problem is null)
        {
            sending = true;
            await upload!.SendAsync(name);
        }
    }

    private async Task LeaveAsync()
    {
        await upload!.CancelAsync();
        Dialog.Cancel();
    }
}
