using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Accounts;

/// <summary>What an admin works with during one action.</summary>
/// <param name="Admin">Whose action it is.</param>
public sealed record AdminTools(
    Person Admin, AccountAdministration Accounts, ApiTokens Tokens, InvitationLinks Invitations, Invitations OpenInvitations,
    ResetLinks ResetLinks);

/// <summary>
/// The actions of the accounts page. A page stays open for hours, so each action gets tools that read fresh rows, after a check
/// that its person is still an admin.
/// </summary>
public sealed class AdminDesk(IServiceScopeFactory scopes, AuthenticationStateProvider authentication)
{
    public const string NoLongerAdmin = "You are no longer an admin.";

    /// <exception cref="UnauthorizedAccessException">The person is no longer an admin.</exception>
    public async Task<T> DoAsync<T>(Func<AdminTools, Task<T>> action)
    {
        var state = await authentication.GetAuthenticationStateAsync();
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var access = services.GetRequiredService<AccessCheck>();
        return state.User.IsInRole(Roles.Admin) && await access.StillHoldsAsync(state.User, CancellationToken.None)
            ? await action(new AdminTools(
                state.User.ToPerson(),
                services.GetRequiredService<AccountAdministration>(),
                services.GetRequiredService<ApiTokens>(),
                services.GetRequiredService<InvitationLinks>(),
                services.GetRequiredService<Invitations>(),
                services.GetRequiredService<ResetLinks>()))
            : throw new UnauthorizedAccessException(NoLongerAdmin);
    }
}
