using Dashboard.Web.Shared;

namespace Dashboard.Web.Accounts;

/// <summary>Keeps a return address from leading to somebody else's site.</summary>
internal static class LocalPath
{
    public static string OrHome(string? path) => IsLocal(path) ? path! : Addresses.Activity;

    // "//host" and "/\host" are other hosts to a browser.
    private static bool IsLocal(string? path) =>
        path is ['/', ..] && path is not ['/', '/' or '\\', ..] && !path.Any(char.IsControl);
}
