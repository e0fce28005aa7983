using Dashboard.Diffusion.Specs;
using Dashboard.Storage;
using Dashboard.Storage.Entities;
using Dashboard.Web.Accounts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.Extensions.Options;
using Microsoft.JSInterop;
using MudBlazor;

namespace Dashboard.Web.Datasets;

/// <summary>Asks where images shall come from. A zip goes from the browser to the API; the result is the new data set's id.</summary>
public sealed partial class NewDatasetDialog : ComponentBase, IAsyncDisposable
{
    private string name = "";
    private DatasetKind kind = DatasetKind.Zip;
    private string? file;
    private int count = 2000;
    private int size = 96;
    private long seed = 1;
    private string path = "";
    private bool sending;
    private double sent;
    private SpecProblem? problem;
    private Person? person;
    private ElementReference input;
    private IJSObjectReference? module;
    private DotNetObjectReference<NewDatasetDialog>? self;

    [CascadingParameter]
    private IMudDialogInstance Dialog { get; set; } = default!;

    [CascadingParameter]
    private Task<AuthenticationState> Authentication { get; set; } = default!;

    [Inject]
    private DatasetIntake Intake { get; set; } = default!;

    [Inject]
    private FolderRoots Roots { get; set; } = default!;

    [Inject]
    private IOptions<DatasetOptions> Options { get; set; } = default!;

    [Inject]
    private IJSRuntime Script { get; set; } = default!;

    private bool CanUseFolders => person?.IsAdmin == true && Roots.All.Count > 0;

    private string Verb => kind switch
    {
        DatasetKind.Zip => "Upload",
        DatasetKind.DrawnFlowers => "Draw",
        DatasetKind.OxfordFlowers => "Download",
        _ => "Import",
    };

    /// <summary>The browser has sent so much.</summary>
    [JSInvokable]
    public Task OnSent(double bytes, double total) => InvokeAsync(() =>
    {
        sent = total > 0 ? bytes / total : 0;
        StateHasChanged();
    });

    /// <summary>The API has made the data set.</summary>
    [JSInvokable]
    public Task OnAccepted(long id) => InvokeAsync(() => Dialog.Close(id));

    /// <summary>The API has refused it.</summary>
    [JSInvokable]
    public Task OnRefused(string field, string message) => InvokeAsync(() =>
    {
        sending = false;
        problem = new SpecProblem(field, message);
        StateHasChanged();
    });

    public async ValueTask DisposeAsync()
    {
        self?.Dispose();
        try
        {
            if (module is not null)
            {
                await module.DisposeAsync();
            }
        }
        catch (JSDisconnectedException)
        {
            // The browser went first.
        }
    }

    protected override async Task OnInitializedAsync() => person = (await Authentication).User.ToPerson();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender)
        {
            self = DotNetObjectReference.Create(this);
            module = await Script.InvokeAsync<IJSObjectReference>("import", "./js/upload.js");
        }
    }

    private void Choose(ChangeEventArgs args)
    {
        // A browser gives no more than the name, behind a made-up folder.
        file = args.Value is string { Length: > 0 } chosen ? chosen[(chosen.LastIndexOf('\\') + 1)..] : null;
        problem = null;
        if (name.Length == 0 && file is not null)
        {
            name = Path.GetFileNameWithoutExtension(file);
        }
    }

    private async Task SubmitAsync()
    {
        problem = DatasetIntake.CheckName(name);
        if (problem is not null)
        {
            return;
        }

        if (kind == DatasetKind.Zip)
        {
            (sending, sent) = (true, 0);
            await module!.InvokeVoidAsync("send", input, name, self);
            return;
        }

        var result = await Intake.CreateAsync(new DatasetRequest(name, kind, path, count, size, seed), person!);
        problem = result.Problem;
        if (result.Id is { } id)
        {
            Dialog.Close(id);
        }
    }

    private async Task LeaveAsync()
    {
        if (sending)
        {
            await module!.InvokeVoidAsync("cancel");
        }

        Dialog.Cancel();
    }

    private bool Wrong(string field) => problem?.Field == field;

    private string? Problem(string field) => Wrong(field) ? problem!.Message : null;
}
