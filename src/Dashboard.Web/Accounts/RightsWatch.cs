using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Accounts;

/// <summary>
/// Stands in the layout, shows nothing, and leaves the page when its person's rights end: a dialog and the bar lie outside of
/// what the router takes away.
/// </summary>
public sealed class RightsWatch : ComponentBase, IDisposable
{
    [Inject]
    public required AuthenticationStateProvider Authentication { get; set; }

    [Inject]
    public required WriteGate Gate { get; set; }

    public void Dispose() => Authentication.AuthenticationStateChanged -= OnChanged;

    protected override void OnInitialized() => Authentication.AuthenticationStateChanged += OnChanged;

    private void OnChanged(Task<AuthenticationState> changed) => _ = InvokeAsync(async () =>
    {
        if ((await changed).User.Identity?.IsAuthenticated != true)
        {
            Gate.Leave();
        }
    });
}
