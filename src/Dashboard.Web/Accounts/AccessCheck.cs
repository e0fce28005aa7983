using System.Globalization;
using System.Security.Claims;
using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Accounts;

/// <summary>
/// Asks the database whether rights that were given when a page or stream was opened still hold. A temporary lock takes none
/// away: otherwise anybody could end another person's sessions by typing wrong passwords.
/// </summary>
public sealed class AccessCheck(Sessions sessions, ApiTokens tokens, IOptions<IdentityOptions> identity)
{
    public async Task<bool> StillHoldsAsync(ClaimsPrincipal user, CancellationToken stop)
    {
        var role = user.FindFirstValue(TokenAuthentication.TokenIdClaim) is { } token
            ? await tokens.RoleAsync(long.Parse(token, CultureInfo.InvariantCulture), stop)
            : user.FindFirstValue(ClaimTypes.NameIdentifier) is { } account
                ? await sessions.RoleAsync(
                    account, user.FindFirstValue(identity.Value.ClaimsIdentity.SecurityStampClaimType), user.Session(), stop)
                : null;
        return role is not null && user.IsInRole(role);
    }
}
