using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Accounts;

/// <summary>
/// What the accounts page does. A page stays open for hours, so each action works on fresh rows and asks again
/// whether its person is still an admin.
/// </summary>
public sealed class AdminDesk(IServiceScopeFactory scopes, AuthenticationStateProvider authentication)
{
    public const string NoLongerAdmin = "You are no longer an admin.";

    /// <exception cref="UnauthorizedAccessException">The person is no longer an admin.</exception>
    public async Task<T> DoAsync<T>(Func<IServiceProvider, Task<T>> action)
    {
        var state = await authentication.GetAuthenticationStateAsync();
        await using var scope = scopes.CreateAsyncScope();
        var access = scope.ServiceProvider.GetRequiredService<AccessCheck>();
        return state.User.IsInRole(Roles.Admin) && await access.StillHoldsAsync(state.User, CancellationToken.None)
            ? await action(scope.ServiceProvider)
            : throw new UnauthorizedAccessException(NoLongerAdmin);
    }
}
