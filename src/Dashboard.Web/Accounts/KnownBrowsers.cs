using System.Security.Cryptography;
using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Accounts;

/// <summary>
/// Remembers by a cookie who has signed in with a browser. Such a browser has attempts of its own, so that a person gets in
/// while somebody at the same address guesses their password.
/// </summary>
public sealed class KnownBrowsers(IDataProtectionProvider protection, IOptions<AccountOptions> options)
{
    public const string Cookie = "dashboard-known";

    /// <summary>A browser that several people share remembers the last of them.</summary>
    private const int MostAccounts = 8;

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(365);

    private readonly IDataProtector protector = protection.CreateProtector("Dashboard.Web.Accounts.KnownBrowsers");

    /// <summary>
    /// Whose attempts count together: those of this browser, if the account has signed in with it, or of its network.
    /// </summary>
    public string SourceOf(HttpContext context, Account? account) =>
        account is not null && Read(context) is [var browser, .. var accounts] && accounts.Contains(account.Id)
            ? $"browser:{browser}"
            : $"network:{SignInSource.Network(context)}";

    public void Remember(HttpContext context, Account account)
    {
        var (browser, accounts) = Read(context) is [var known, .. var others] ? (known, others) : ($"{Guid.NewGuid():N}", []);
        string[] kept = [browser, account.Id, .. accounts.Where(id => id != account.Id).Take(MostAccounts - 1)];
        context.Response.Cookies.Append(Cookie, protector.Protect(string.Join(' ', kept)), new()
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Lax,
            Secure = options.Value.SecureCookies || context.Request.IsHttps,
            MaxAge = Lifetime,
            Path = "/account",
            IsEssential = true,
        });
    }

    /// <returns>The browser's id and the accounts' after it; empty for a browser that is not known.</returns>
    private string[] Read(HttpContext context)
    {
        try
        {
            return context.Request.Cookies[Cookie] is { } cookie ? protector.Unprotect(cookie).Split(' ') : [];
        }
        catch (CryptographicException)
        {
            // Made by somebody else, or with keys that are gone.
            return [];
        }
    }
}
