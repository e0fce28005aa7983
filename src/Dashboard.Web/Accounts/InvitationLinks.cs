using Dashboard.Storage.Accounts;
using Dashboard.Web.Shared;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Accounts;

/// <summary>Makes the links that invite people.</summary>
public sealed class InvitationLinks(Invitations invitations, IOptions<AccountOptions> options)
{
    /// <summary>Makes an invitation and returns the path of its link.</summary>
    /// <param name="maker">The admin's account; null in the terminal.</param>
    /// <param name="email">Filled in on the page; the guest may give another.</param>
    public async Task<string> AddAsync(string role, string? email, CancellationToken stop, string? maker = null)
    {
        var validity = TimeSpan.FromHours(options.Value.InvitationHours);
        return Addresses.Invitation(await invitations.AddAsync(role, validity, stop, maker), email);
    }
}
