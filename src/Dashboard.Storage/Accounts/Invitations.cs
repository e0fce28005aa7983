using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Accounts;

/// <summary>One-time links for making an account. Nobody comes in without one.</summary>
public sealed class Invitations(IDbContextFactory<DashboardContext> contexts, UserManager<Account> accounts)
{
    /// <summary>Makes an invitation and returns the secret of its link.</summary>
    /// <param name="maker">The admin's account; null only for one that is made in the terminal.</param>
    public async Task<string> AddAsync(string role, TimeSpan validity, CancellationToken stop, string? maker = null)
    {
        var secret = Secret.New();
        await using var context = await contexts.CreateDbContextAsync(stop);
        context.Invitations.Add(new()
        {
            Role = role,
            SecretHash = secret.Hash,
            MakerId = maker,
            ExpiresAt = DateTimeOffset.UtcNow + validity,
        });
        await context.SaveChangesAsync(stop);
        return secret.Text;
    }

    /// <summary>The invitation behind a link, if it can still be used.</summary>
    public async Task<Invitation?> FindAsync(string secret, CancellationToken stop)
    {
        var hash = Secret.HashOf(secret);
        await using var context = await contexts.CreateDbContextAsync(stop);
        return await Open(context).AsNoTracking().SingleOrDefaultAsync(i => i.SecretHash == hash, stop);
    }

    /// <summary>Those that can still be used, the newest first.</summary>
    public async Task<IReadOnlyList<LinkItem>> ListAsync(CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        return await Open(context).AsNoTracking().OrderByDescending(i => i.Id)
            .Select(i => new LinkItem(
                i.Id, i.Role, context.Users.Where(a => a.Id == i.MakerId).Select(a => a.DisplayName).FirstOrDefault(),
                i.CreatedAt, i.ExpiresAt))
            .ToListAsync(stop);
    }

    public async Task WithdrawAsync(long id, CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        await WithdrawAsync(context.Invitations.Where(i => i.Id == id), stop);
    }

    /// <summary>For an admin who is one no more: what they handed out must not come back with their rights.</summary>
    public async Task WithdrawAllAsync(string maker, CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        await WithdrawAsync(context.Invitations.Where(i => i.MakerId == maker), stop);
    }

    /// <summary>Uses the link up and makes the account; of two people with one link only the first succeeds.</summary>
    public async Task<IdentityResult> AcceptAsync(string secret, Account account, string password, CancellationToken stop)
    {
        var hash = Secret.HashOf(secret);
        await using var context = await contexts.CreateDbContextAsync(stop);
        var invitation = await Open(context).AsNoTracking().SingleOrDefaultAsync(i => i.SecretHash == hash, stop);
        var claimed = invitation is null ? 0 : await Open(context).Where(i => i.Id == invitation.Id)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.UsedAt, DateTimeOffset.UtcNow), stop);
        if (claimed == 0)
        {
            return IdentityResult.Failed(new IdentityError { Description = "This link was used already or has expired." });
        }

        var result = await accounts.CreateAsync(account, password);
        if (result.Succeeded)
        {
            result = await accounts.AddToRoleAsync(account, invitation!.Role);
        }

        if (!result.Succeeded)
        {
            // A password that was too short must not cost the link.
            await context.Invitations.Where(i => i.Id == invitation!.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(i => i.UsedAt, (DateTimeOffset?)null), stop);
        }

        return result;
    }

    private static IQueryable<Invitation> Open(DashboardContext context) =>
        context.Invitations.Where(i => i.UsedAt == null && i.WithdrawnAt == null && i.ExpiresAt > DateTimeOffset.UtcNow
            && (i.MakerId == null || ActiveAdmins.Of(context).Any(a => a.Id == i.MakerId)));

    private static Task<int> WithdrawAsync(IQueryable<Invitation> invitations, CancellationToken stop) =>
        invitations.Where(i => i.UsedAt == null && i.WithdrawnAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(i => i.WithdrawnAt, DateTimeOffset.UtcNow), stop);
}
