using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace Dashboard.Web.Shared;

/// <summary>Bar, navigation and colours around every page.</summary>
public sealed partial class MainLayout : LayoutComponentBase, IAsyncDisposable
{
    private bool drawerOpen = true;
    private bool dark;
    private string theme = "system";
    private PageError? pageError;
    private JsModule module = default!;
    private DotNetObjectReference<MainLayout>? self;

    [Inject]
    public required IJSRuntime Script { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    private string ThemeIcon => theme switch
    {
        "light" => Icons.Material.Outlined.LightMode,
        "dark" => Icons.Material.Outlined.DarkMode,
        _ => Icons.Material.Outlined.BrightnessAuto,
    };

    /// <summary>The system changed between light and dark.</summary>
    [JSInvokable]
    public Task OnDarkChanged(bool isDark) => InvokeAsync(() =>
    {
        dark = isDark;
        StateHasChanged();
    });

    public async ValueTask DisposeAsync()
    {
        self?.Dispose();
        await module.DisposeAsync();
    }

    protected override void OnInitialized() => module = new JsModule(Script, "theme");

    /// <summary>A page that failed must not keep the next one from showing.</summary>
    protected override void OnParametersSet() => pageError?.Recover();

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (!firstRender)
        {
            return;
        }

        self = DotNetObjectReference.Create(this);
        var found = await module.InvokeAsync<ThemeChoice>("watch", self);
        (theme, dark) = (found.Choice, found.Dark);
        StateHasChanged();
    }

    private async Task ChooseAsync(string choice)
    {
        var chosen = await module.InvokeAsync<ThemeChoice>("choose", choice);
        (theme, dark) = (chosen.Choice, chosen.Dark);
    }

    /// <param name="Choice">"system", "light" or "dark".</param>
    /// <param name="Dark">What that means in this browser at this moment.</param>
    private sealed record ThemeChoice(string Choice, bool Dark);
}
