using System.Security.Claims;

namespace Dashboard.Web.Accounts;

/// <summary>
/// Asks again and again whether the rights of one open page or stream still hold. One failure to ask is forgiven, for Postgres
/// may be restarting; after the second in a row the rights count as ended.
/// </summary>
internal sealed class RightsPulse(IServiceScopeFactory scopes, ILogger log)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private int failures;

    public async Task<bool> StillHoldsAsync(ClaimsPrincipal user, CancellationToken stop)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        limit.CancelAfter(Patience);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var holds = await scope.ServiceProvider.GetRequiredService<AccessCheck>().StillHoldsAsync(user, limit.Token);
            failures = 0;
            return holds;
        }
        catch (Exception error) when (!stop.IsCancellationRequested)
        {
            failures++;
            log.LogWarning(error, "Could not check whether the rights of {Person} still hold", user.Identity?.Name);
            return failures < 2;
        }
    }
}
