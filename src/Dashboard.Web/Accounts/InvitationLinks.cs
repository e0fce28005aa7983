using Dashboard.Storage.Accounts;
using Dashboard.Web.Shared;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Accounts;

/// <summary>Makes the links that invite people.</summary>
public sealed class InvitationLinks(Invitations invitations, IOptions<AccountOptions> options)
{
    /// <summary>Makes an invitation and returns the path of its link.</summary>
    /// <param name="email">Filled in on the page; the guest may give another.</param>
    public async Task<string> AddAsync(string role, string? email, CancellationToken stop) =>
        Addresses.Invitation(await invitations.AddAsync(role, TimeSpan.FromHours(options.Value.InvitationHours), stop), email);
}
