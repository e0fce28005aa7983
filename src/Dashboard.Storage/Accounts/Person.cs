namespace Dashboard.Storage.Accounts;

/// <summary>Who acts: an account or an API token.</summary>
/// <param name="Role">One of <see cref="Roles"/>.</param>
public sealed record Person(string Id, string Name, string Role)
{
    public bool IsAdmin => Role == Roles.Admin;

    /// <summary>Admins change everything, members what is their own, viewers nothing.</summary>
    public bool MayChange(string? ownerId) => IsAdmin || (Role == Roles.Member && ownerId == Id);
}
