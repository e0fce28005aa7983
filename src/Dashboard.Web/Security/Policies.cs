namespace Dashboard.Web.Security;

/// <summary>What a role may do: viewers see, members also queue and change their own, admins everything.</summary>
public static class Policies
{
    public const string Viewer = "viewer";
    public const string Member = "member";
    public const string Admin = "admin";
}
