using System.Runtime.CompilerServices;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Runs.Feed;
using Dashboard.Web.Accounts;
using Dashboard.Web.Security;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Runs;

/// <summary><c>/hubs/runs</c>: what happens to a run, as it happens, for scripts and other clients.</summary>
[Authorize(Policy = Policies.Viewer)]
public sealed class RunHub(
    RunFeed feed, RunQueries runs, IServiceScopeFactory scopes, IOptions<AccountOptions> options, ILogger<RunHub> log) : Hub
{
    /// <summary>All that happened after a sequence, then all that happens: in order, nothing twice.</summary>
    /// <param name="afterSequence">0 for everything from the start.</param>
    public async IAsyncEnumerable<RunMessage> Watch(
        long runId, long afterSequence, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // A connection may be older than the rights of whoever opened it.
        if (!await StillHoldsAsync(cancellationToken))
        {
            Context.Abort();
            yield break;
        }

        if (await runs.GetAsync(runId, cancellationToken) is null)
        {
            throw new HubException($"There is no run {runId}.");
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watch = EndWithRightsAsync(ended);
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
            await watch;
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

    /// <summary>No stream begins on rights that could not be checked.</summary>
    private async Task<bool> StillHoldsAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<AccessCheck>().StillHoldsAsync(Context.User!, stop);
    }

    /// <summary>A stream may go on for hours; a right that is taken away meanwhile ends it and its connection.</summary>
    private async Task EndWithRightsAsync(CancellationTokenSource ended)
    {
        var pulse = new RightsPulse(scopes, log);
        try
        {
            using var timer = new PeriodicTimer(options.Value.Revalidation);
            while (await timer.WaitForNextTickAsync(ended.Token))
            {
                if (!await pulse.StillHoldsAsync(Context.User!, ended.Token))
                {
                    Context.Abort();
                    await ended.CancelAsync();
                }
            }
        }
        catch (Exception) when (ended.IsCancellationRequested)
        {
            // The stream has ended.
        }
    }
}
