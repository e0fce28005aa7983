using System.ComponentModel.DataAnnotations;

namespace Dashboard.Web.Accounts;

/// <summary>The settings of accounts, beside the others of the section.</summary>
public sealed class AccountOptions
{
    public const string Section = "Dashboard";

    [Range(1, 10_000)]
    public int SignInsPerMinute { get; set; } = 20;

    [Range(1, 24 * 90)]
    public int InvitationHours { get; set; } = 72;

    /// <summary>Cookies are sent over https only, also where the request itself came by http (from a proxy).</summary>
    public bool SecureCookies { get; set; }

    [Range(1, 300)]
    public int RevalidationSeconds { get; set; } = 30;

    /// <summary>How often an open page or stream is asked whether its person's rights still hold.</summary>
    public TimeSpan Revalidation => TimeSpan.FromSeconds(RevalidationSeconds);
}
