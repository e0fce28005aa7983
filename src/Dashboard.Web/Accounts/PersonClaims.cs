using System.Security.Claims;
using Dashboard.Storage.Accounts;

namespace Dashboard.Web.Accounts;

public static class PersonClaims
{
    /// <summary>Who a request or circuit belongs to. Somebody without a role is a viewer.</summary>
    public static Person ToPerson(this ClaimsPrincipal user) => new(
        user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("Nobody is signed in."),
        user.FindFirstValue(ClaimTypes.GivenName) ?? user.Identity?.Name ?? "somebody",
        Roles.All.FirstOrDefault(user.IsInRole) ?? Roles.Viewer);
}
