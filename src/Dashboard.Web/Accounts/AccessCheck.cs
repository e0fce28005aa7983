using System.Globalization;
using System.Security.Claims;
using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Web.Accounts;

/// <summary>Asks the database whether rights that were given when a page or stream was opened still hold.</summary>
public sealed class AccessCheck(SignInManager<Account> signIn, ApiTokens tokens)
{
    public async Task<bool> StillHoldsAsync(ClaimsPrincipal user, CancellationToken stop)
    {
        if (user.FindFirstValue(TokenAuthentication.TokenIdClaim) is { } token)
        {
            return await tokens.IsValidAsync(long.Parse(token, CultureInfo.InvariantCulture), stop);
        }

        // The stamp changes with password, role and disabling.
        var account = await signIn.ValidateSecurityStampAsync(user);
        return account is not null && !(account.LockoutEnd > DateTimeOffset.UtcNow);
    }
}
