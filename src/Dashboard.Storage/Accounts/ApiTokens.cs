using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Accounts;

/// <summary>The API tokens. A secret is shown once, when it is made; only its hash is kept.</summary>
public sealed class ApiTokens(IDbContextFactory<DashboardContext> contexts)
{
    /// <summary>Makes a token and returns its secret.</summary>
    public async Task<string> AddAsync(string name, string role, CancellationToken stop)
    {
        var secret = Secret.New();
        await using var context = await contexts.CreateDbContextAsync(stop);
        context.ApiTokens.Add(new() { Name = name, Role = role, SecretHash = secret.Hash });
        await context.SaveChangesAsync(stop);
        return secret.Text;
    }

    /// <summary>The token with this secret, if it is not revoked.</summary>
    public async Task<ApiToken?> FindAsync(string secret, CancellationToken stop)
    {
        var hash = Secret.HashOf(secret);
        await using var context = await contexts.CreateDbContextAsync(stop);
        var token = await context.ApiTokens.AsNoTracking()
            .SingleOrDefaultAsync(t => t.SecretHash == hash && t.RevokedAt == null, stop);
        if (token is not null && !(DateTimeOffset.UtcNow - token.LastUsedAt < TimeSpan.FromMinutes(1)))
        {
            // A minute's precision is enough to see that a token is forgotten, and spares a write per request.
            await context.ApiTokens.Where(t => t.Id == token.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.LastUsedAt, DateTimeOffset.UtcNow), stop);
        }

        return token;
    }

    public async Task<bool> IsValidAsync(long id, CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        return await context.ApiTokens.AnyAsync(t => t.Id == id && t.RevokedAt == null, stop);
    }

    public async Task<IReadOnlyList<ApiToken>> ListAsync(CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        return await context.ApiTokens.AsNoTracking()
            .OrderBy(t => t.RevokedAt != null).ThenByDescending(t => t.Id).ToListAsync(stop);
    }

    public async Task RevokeAsync(long id, CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        await context.ApiTokens.Where(t => t.Id == id && t.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAt, DateTimeOffset.UtcNow), stop);
    }
}
