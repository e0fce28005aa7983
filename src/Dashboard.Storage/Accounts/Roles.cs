namespace Dashboard.Storage.Accounts;

/// <summary>The three roles: viewers see, members queue and change their own, admins everything.</summary>
public static class Roles
{
    public const string Admin = "admin";
    public const string Member = "member";
    public const string Viewer = "viewer";

    /// <summary>From the one that may do most.</summary>
    public static IReadOnlyList<string> All { get; } = [Admin, Member, Viewer];

    /// <summary>The roles that somebody with this role can give away.</summary>
    public static IEnumerable<string> UpTo(string role) => All.SkipWhile(r => r != role);

    /// <summary>Whether a role may do all that another one may.</summary>
    public static bool Includes(string role, string other) => UpTo(role).Contains(other);

    /// <summary>The one of two that may do less.</summary>
    public static string Lower(string one, string other) => Includes(one, other) ? other : one;
}
