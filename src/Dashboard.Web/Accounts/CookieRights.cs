using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.StaticAssets;
using Npgsql;

namespace Dashboard.Web.Accounts;

/// <summary>Asks at every request with a cookie whether its session and account still hold, as is done for tokens.</summary>
internal static class CookieRights
{
    public static async Task ValidateAsync(CookieValidatePrincipalContext context)
    {
        var http = context.HttpContext;
        if (context.Principal is not { } user || http.GetEndpoint()?.Metadata.GetMetadata<StaticAssetDescriptor>() is not null)
        {
            return;
        }

        try
        {
            var access = http.RequestServices.GetRequiredService<AccessCheck>();
            if (!await access.StillHoldsAsync(user, http.RequestAborted))
            {
                context.RejectPrincipal();
                await http.SignOutAsync(IdentityConstants.ApplicationScheme);
                return;
            }

            // Renews the claims now and then.
            await SecurityStampValidator.ValidatePrincipalAsync(context);
        }
        catch (NpgsqlException)
        {
            // Nobody is let in on rights that can't be checked; the cookie is good again when Postgres is back.
            context.RejectPrincipal();
        }
    }
}
