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
}
