using Dashboard.Diffusion.Specs;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;

namespace Dashboard.Web.Uploads;

/// <summary>Lets a person choose a file and sends it to the API; no byte of it goes through the circuit.</summary>
public sealed partial class FileUpload : ComponentBase, IAsyncDisposable
{
    private string? file;
    private bool sending;
    private double sent;
    private ElementReference input;
    private JsModule module = default!;
    private IJSObjectReference? request;
    private DotNetObjectReference<FileUpload>? self;

    /// <summary>Where the form with name and file is posted; the answer has an id.</summary>
    [Parameter, EditorRequired]
    public required string Address { get; set; }

    /// <summary>As the input's attribute.</summary>
    [Parameter]
    public string? Accept { get; set; }

    [Parameter]
    public string Prompt { get; set; } = "Choose a file, or drop it here";

    [Parameter]
    public string? Hint { get; set; }

    /// <summary>The input's data-test.</summary>
    [Parameter]
    public string? Test { get; set; }

    /// <summary>Told the name of the file that was chosen.</summary>
    [Parameter]
    public EventCallback<string?> Chosen { get; set; }

    /// <summary>Told the id that the API gave.</summary>
    [Parameter]
    public EventCallback<long> Accepted { get; set; }

    [Parameter]
    public EventCallback<FieldProblem> Refused { get; set; }

    [Inject]
    public required IJSRuntime Script { get; set; }

    /// <summary>Answers through <see cref="Accepted"/> or <see cref="Refused"/>.</summary>
    public async Task SendAsync(string name)
    {
        (sending, sent) = (true, 0);
        await request.ReleaseAsync();
        request = await module.InvokeAsync<IJSObjectReference>("send", input, Address, name, self);
    }

    /// <summary>Stops what this dialog is sending.</summary>
    public async Task CancelAsync()
    {
        if (sending && request is not null)
        {
            await request.InvokeVoidAsync("abort");
        }
    }

    /// <summary>The browser reports its progress.</summary>
    [JSInvokable]
    public Task OnSent(double bytes, double total) => InvokeAsync(() =>
    {
        sent = total > 0 ? bytes / total : 0;
        StateHasChanged();
    });

    [JSInvokable]
    public Task OnAccepted(long id) => InvokeAsync(() => Accepted.InvokeAsync(id));

    [JSInvokable]
    public Task OnRefused(string field, string message) => InvokeAsync(async () =>
    {
        sending = false;
        StateHasChanged();
        await Refused.InvokeAsync(new FieldProblem(field, message));
    });

    public async ValueTask DisposeAsync()
    {
        self?.Dispose();
        await request.ReleaseAsync();
        await module.DisposeAsync();
    }

    protected override void OnInitialized()
    {
        module = new JsModule(Script, "upload");
        self = DotNetObjectReference.Create(this);
    }

    private Task ChooseAsync(ChangeEventArgs args)
    {
        // A browser gives no more than the name, behind a made-up folder.
        file = args.Value is string { Length: > 0 } chosen ? chosen[(chosen.LastIndexOf('\\') + 1)..] : null;
        return Chosen.InvokeAsync(file);
    }
}
