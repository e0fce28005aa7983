using Microsoft.AspNetCore.Identity;

namespace Dashboard.Storage.Accounts;

/// <summary>A person of the team. The user name is the e-mail address.</summary>
public sealed class Account : IdentityUser
{
    public required string DisplayName { get; set; }

    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
}
