namespace Dashboard.Storage.Accounts;

/// <summary>Who acts: an account or an API token.</summary>
/// <param name="Id">The account's; a token that has an owner acts under its owner's.</param>
/// <param name="Role">One of <see cref="Roles"/>.</param>
/// <param name="Token">The token's id, where one is used.</param>
public sealed record Person(string Id, string Name, string Role, long? Token = null)
{
    public bool IsAdmin => Role == Roles.Admin;

    /// <summary>Admins change everything, members what is their own, viewers nothing.</summary>
    public bool MayChange(string? ownerId) => IsAdmin || (Role == Roles.Member && ownerId == Id);
}
