namespace Dashboard.Web.Security;

/// <summary>
/// Refuses what another site lets a person's browser do with this site's cookie: writes, and web sockets. A bearer token is
/// never sent by a browser on its own, so requests with one are let through.
/// </summary>
internal static class SameOrigin
{
    public static IApplicationBuilder UseSameOrigin(this IApplicationBuilder app) =>
        app.Use((context, next) => IsForeign(context) ? RefuseAsync(context) : next(context));

    private static bool IsForeign(HttpContext context)
    {
        var request = context.Request;
        var reads = HttpMethods.IsGet(request.Method)
            || HttpMethods.IsHead(request.Method)
            || HttpMethods.IsOptions(request.Method);
        if ((reads && !request.Headers.Upgrade.Contains("websocket", StringComparer.OrdinalIgnoreCase))
            || request.Headers.ContainsKey("Authorization"))
        {
            return false;
        }

        // Only the host is compared: behind a proxy the scheme may be another one here than in the browser.
        var origin = request.Headers.Origin.ToString();
        var foreign = origin.Length > 0
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var uri) && uri.Authority == request.Host.Value);
        return foreign || request.Headers["Sec-Fetch-Site"] is ["cross-site" or "same-site"];
    }

    private static Task RefuseAsync(HttpContext context) => TypedResults
        .Problem("The request comes from another site.", statusCode: StatusCodes.Status403Forbidden, title: "Not allowed")
        .ExecuteAsync(context);
}
