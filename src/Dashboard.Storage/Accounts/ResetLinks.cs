using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Accounts;

/// <summary>One-time links with which a person sets a new password.</summary>
public sealed class ResetLinks(IDbContextFactory<DashboardContext> contexts)
{
    private static readonly TimeSpan Validity = TimeSpan.FromDays(1);

    /// <summary>Makes a link and returns its secret.</summary>
    /// <param name="account">Whose password it sets.</param>
    /// <param name="maker">The admin's account.</param>
    public async Task<string> AddAsync(string account, string? maker, CancellationToken stop)
    {
        var secret = Secret.New();
        await using var context = await contexts.CreateDbContextAsync(stop);
        context.ResetLinks.Add(new()
        {
            SecretHash = secret.Hash,
            AccountId = account,
            MakerId = maker,
            ExpiresAt = DateTimeOffset.UtcNow + Validity,
        });
        await context.SaveChangesAsync(stop);
        return secret.Text;
    }

    /// <summary>Uses the link up for one attempt at a new password.</summary>
    /// <returns>The link's id, or null when it can't be used (any more).</returns>
    public async Task<long?> ClaimAsync(string account, string secret, CancellationToken stop)
    {
        var hash = Secret.HashOf(secret);
        await using var context = await contexts.CreateDbContextAsync(stop);
        var id = await Open(context).Where(l => l.SecretHash == hash && l.AccountId == account)
            .Select(l => (long?)l.Id).SingleOrDefaultAsync(stop);
        var claimed = id is null ? 0 : await Open(context).Where(l => l.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.UsedAt, DateTimeOffset.UtcNow), stop);
        return claimed == 0 ? null : id;
    }

    /// <summary>Makes a claimed link usable again: a password that was refused must not cost the link.</summary>
    public async Task GiveBackAsync(long id, CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        await context.ResetLinks.Where(l => l.Id == id)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.UsedAt, (DateTimeOffset?)null), stop);
    }

    /// <summary>Those that can still be used, the newest first.</summary>
    public async Task<IReadOnlyList<LinkItem>> ListAsync(CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        return await Open(context).AsNoTracking().OrderByDescending(l => l.Id)
            .Select(l => new LinkItem(
                l.Id,
                context.Users.Where(a => a.Id == l.AccountId).Select(a => a.DisplayName).First(),
                context.Users.Where(a => a.Id == l.MakerId).Select(a => a.DisplayName).FirstOrDefault(),
                l.CreatedAt,
                l.ExpiresAt))
            .ToListAsync(stop);
    }

    public async Task WithdrawAsync(long id, CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        await WithdrawAsync(context.ResetLinks.Where(l => l.Id == id), stop);
    }

    /// <summary>For an admin who is one no more: what they handed out must not come back with their rights.</summary>
    public async Task WithdrawAllByAsync(string maker, CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        await WithdrawAsync(context.ResetLinks.Where(l => l.MakerId == maker), stop);
    }

    /// <summary>For an account whose password was set: older links must not set it again.</summary>
    public async Task WithdrawAllForAsync(string account, CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        await WithdrawAsync(context.ResetLinks.Where(l => l.AccountId == account), stop);
    }

    private static IQueryable<ResetLink> Open(DashboardContext context) =>
        context.ResetLinks.Where(l => l.UsedAt == null && l.WithdrawnAt == null && l.ExpiresAt > DateTimeOffset.UtcNow
            && (l.MakerId == null || ActiveAdmins.Of(context).Any(a => a.Id == l.MakerId)));

    private static Task<int> WithdrawAsync(IQueryable<ResetLink> links, CancellationToken stop) =>
        links.Where(l => l.UsedAt == null && l.WithdrawnAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(l => l.WithdrawnAt, DateTimeOffset.UtcNow), stop);
}
