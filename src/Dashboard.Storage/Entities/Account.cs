using Microsoft.AspNetCore.Identity;

namespace Dashboard.Storage.Entities;

/// <summary>A person of the team. The user name is the e-mail address.</summary>
public sealed class Account : IdentityUser
{
    public required string DisplayName { get; set; }

    public DateTimeOffset CreatedAt { get; init; } = DateTimeOffset.UtcNow;
}

/// <summary>The three roles: viewers see, members queue and change their own, admins everything.</summary>
public static class Roles
{
    public const string Admin = "admin";
    public const string Member = "member";
    public const string Viewer = "viewer";

    public static IReadOnlyList<string> All { get; } = [Admin, Member, Viewer];
}
