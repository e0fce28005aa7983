using Dashboard.Storage.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Authorization;

namespace Dashboard.Web.Accounts;

/// <summary>
/// What every write of a page goes through. A page or dialog stays open for hours, so its person is asked for again, and
/// somebody whose rights are gone is sent to the sign-in page, with everything of theirs closed.
/// </summary>
public sealed class WriteGate(
    IServiceScopeFactory scopes, AuthenticationStateProvider authentication, NavigationManager navigation)
{
    /// <returns>What the write answered; null when it was refused, and the page is being left.</returns>
    public async Task<T?> DoAsync<T>(Func<Person, Task<T>> write)
        where T : class
    {
        try
        {
            return await write(await EnsureAsync());
        }
        catch (RightsEndedException)
        {
            Leave();
            return null;
        }
    }

    /// <summary>Leaves the page for the sign-in page, which leads back to it.</summary>
    public void Leave() => navigation.NavigateTo(
        Addresses.SignInFor($"/{navigation.ToBaseRelativePath(navigation.Uri)}"), forceLoad: true);

    /// <exception cref="RightsEndedException">The person of this page has other rights now, or none.</exception>
    private async Task<Person> EnsureAsync()
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        // A scope of its own, so that nothing is read from what this circuit has read before.
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AccessCheck>().StillHoldsAsync(user, CancellationToken.None)
            ? user.ToPerson()
            : throw new RightsEndedException();
    }
}
