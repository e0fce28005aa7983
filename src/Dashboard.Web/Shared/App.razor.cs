using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.Components.Web;

namespace Dashboard.Web.Shared;

/// <summary>
/// The document around every page. Pages are interactive, but those of accounts, which must set cookies, are not.
/// </summary>
public sealed partial class App : ComponentBase
{
    [CascadingParameter]
    private HttpContext Context { get; set; } = default!;

    private InteractiveServerRenderMode? PageRenderMode =>
        Context.AcceptsInteractiveRouting() ? new InteractiveServerRenderMode(prerender: false) : null;

    /// <summary>The person's choice, so that the first frame has the right colours; "system" follows the browser.</summary>
    private string Theme => Context.Request.Cookies["theme"] switch
    {
        "dark" => "dark",
        "light" => "light",
        _ => "system",
    };
}
