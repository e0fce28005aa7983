using System.Security.Claims;
using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Accounts;

/// <summary>
/// Lets a signed-in person be called by their name rather than by their address, and gives each sign-in a session of its own.
/// </summary>
internal sealed class AccountPrincipalFactory(
    UserManager<Account> accounts, RoleManager<IdentityRole> roles, IOptions<IdentityOptions> options)
    : UserClaimsPrincipalFactory<Account, IdentityRole>(accounts, roles, options)
{
    /// <summary>When a cookie is renewed its session stays the same.</summary>
    public static Task KeepSessionAsync(SecurityStampRefreshingPrincipalContext refreshing)
    {
        if (refreshing.NewPrincipal?.Identity is ClaimsIdentity renewed)
        {
            renewed.TryRemoveClaim(renewed.FindFirst(PersonClaims.SessionClaim));
            if (refreshing.CurrentPrincipal?.FindFirst(PersonClaims.SessionClaim) is { } session)
            {
                renewed.AddClaim(new(PersonClaims.SessionClaim, session.Value));
            }
        }

        return Task.CompletedTask;
    }

    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(Account user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new(ClaimTypes.GivenName, user.DisplayName));
        identity.AddClaim(new(PersonClaims.SessionClaim, $"{Guid.NewGuid():N}"));
        return identity;
    }
}
