using System.Globalization;
using System.Security.Claims;
using Dashboard.Storage.Accounts;

namespace Dashboard.Web.Accounts;

public static class PersonClaims
{
    /// <summary>Claim that holds the id of a sign-in's session; tokens have none.</summary>
    public const string SessionClaim = "dashboard:session";

    /// <summary>Who a request or circuit belongs to. Somebody without a role is a viewer.</summary>
    public static Person ToPerson(this ClaimsPrincipal user) => new(
        user.FindFirstValue(ClaimTypes.NameIdentifier) ?? throw new InvalidOperationException("Nobody is signed in."),
        user.FindFirstValue(ClaimTypes.GivenName) ?? user.Identity?.Name ?? "somebody",
        Roles.All.FirstOrDefault(user.IsInRole) ?? Roles.Viewer,
        user.FindFirstValue(TokenAuthentication.TokenIdClaim) is { } token
            ? long.Parse(token, CultureInfo.InvariantCulture)
            : null);

    public static Guid? Session(this ClaimsPrincipal user) =>
        Guid.TryParse(user.FindFirstValue(SessionClaim), out var session) ? session : null;
}
