using System.Runtime.CompilerServices;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.Accounts;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;

namespace Dashboard.Web.Runs;

/// <summary><c>/hubs/runs</c>: what happens to a run, as it happens, for scripts and other clients.</summary>
[Authorize(Policy = Policies.Viewer)]
public sealed class RunHub(RunFeed feed, RunQueries runs, IServiceScopeFactory scopes) : Hub
{
    /// <summary>All that happened after a sequence, then all that happens: in order, nothing twice.</summary>
    /// <param name="afterSequence">0 for everything from the start.</param>
    public async IAsyncEnumerable<RunMessage> Watch(
        long runId, long afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await runs.GetAsync(runId, cancellationToken) is null)
        {
            throw new HubException($"There is no run {runId}.");
        }

        // A stream may go on for hours; a right that is taken away meanwhile ends it.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var revoked = WaitUntilRevokedAsync(ended.Token);
        _ = revoked.ContinueWith(
            _ => ended.Cancel(),
            CancellationToken.None,
            TaskContinuationOptions.OnlyOnRanToCompletion,
            TaskScheduler.Default);
        try
        {
            await using var messages = feed.WatchAsync(runId, afterSequence, ended.Token).GetAsyncEnumerator(ended.Token);
            while (await NextAsync(messages))
            {
                yield return messages.Current;
            }
        }
        finally
        {
            await ended.CancelAsync();
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<RunMessage> messages)
    {
        try
        {
            return await messages.MoveNextAsync();
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private async Task WaitUntilRevokedAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(AccountServices.RevalidationInterval);
        while (await timer.WaitForNextTickAsync(stop))
        {
            await using var scope = scopes.CreateAsyncScope();
            if (!await scope.ServiceProvider.GetRequiredService<AccessCheck>().StillHoldsAsync(Context.User!, stop))
            {
                return;
            }
        }
    }
}
