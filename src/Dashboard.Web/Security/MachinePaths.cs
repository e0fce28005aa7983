using Dashboard.Web.Shared;

namespace Dashboard.Web.Security;

/// <summary>Paths that scripts read: errors there are statuses and problem details, never pages or redirects.</summary>
internal static class MachinePaths
{
    private static readonly PathString[] Roots = ["/api", "/hubs", "/openapi", "/metrics", "/_blazor"];

    public static bool Contains(PathString path) =>
        Array.Exists(Roots, root => path.StartsWithSegments(root)) || IsImageFile(path);

    // /images/{id} is a page, /images/{sha256}.png and .webp are bytes.
    private static bool IsImageFile(PathString path) =>
        path.StartsWithSegments(Addresses.Images, out var rest) && Path.HasExtension(rest.Value);
}
