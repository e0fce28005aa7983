using System.Security.Claims;
using System.Text.Encodings.Web;
using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Accounts;

/// <summary>
/// <c>Authorization: Bearer &lt;secret&gt;</c>: an API token. Looked up at every request, so a revoked one ends at once.
/// </summary>
internal sealed class TokenAuthentication(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logs, UrlEncoder encoder, ApiTokens tokens)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logs, encoder)
{
    public new const string Scheme = "Bearer";

    /// <summary>Claim that holds the token's id; who signed in by cookie has none.</summary>
    public const string TokenIdClaim = "dashboard:token";

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        const string Prefix = Scheme + " ";
        var header = Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
        {
            return AuthenticateResult.Fail("an Authorization header must be 'Bearer <token>'");
        }

        var person = await tokens.FindAsync(header[Prefix.Length..].Trim(), Context.RequestAborted);
        if (person is null)
        {
            return AuthenticateResult.Fail("the token is unknown, expired or revoked, or its owner has no rights any more");
        }

        var identity = new ClaimsIdentity(
            [
                new(ClaimTypes.NameIdentifier, person.Id),
                new(ClaimTypes.Name, person.Name),
                new(ClaimTypes.Role, person.Role),
                new(TokenIdClaim, $"{person.Token}"),
            ],
            Scheme);
        return AuthenticateResult.Success(new(new ClaimsPrincipal(identity), Scheme));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = Scheme;
        return base.HandleChallengeAsync(properties);
    }
}
