using Microsoft.AspNetCore.Identity;

namespace Dashboard.Storage.Accounts;

/// <summary>The three roles: viewers see, members queue and change their own, admins everything.</summary>
public static class Roles
{
    public const string Admin = "admin";
    public const string Member = "member";
    public const string Viewer = "viewer";

    public static IReadOnlyList<string> All { get; } = [Admin, Member, Viewer];
}
