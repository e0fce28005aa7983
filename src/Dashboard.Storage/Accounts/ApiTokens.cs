using Dashboard.Storage.Postgres;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Dashboard.Storage.Accounts;

/// <summary>A token as lists show it.</summary>
/// <param name="Owner">Who made it; null when it was made in the terminal.</param>
/// <param name="Ended">"revoked" or "expired"; null while it can be used.</param>
public sealed record ApiTokenItem(
    long Id, string Name, string Role, string? OwnerId, string? Owner, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt,
    DateTimeOffset? LastUsedAt, string? Ended);

/// <summary>The API tokens. A secret is shown once, when it is made; only its hash is kept.</summary>
public sealed class ApiTokens(IDbContextFactory<DashboardContext> contexts, NpgsqlDataSource source)
{
    /// <summary>What a token without an owner acts under, before its id.</summary>
    public const string OwnerlessPrefix = "token:";

    public const int LongestName = 120;

    /// <summary>A lost script must not be able to fill the table.</summary>
    public const int MostOfOneOwner = 100;

    /// <summary>Makes a token and returns its secret.</summary>
    /// <param name="owner">Whose it is; null only for one that is made in the terminal.</param>
    /// <param name="validity">Null: it does not expire.</param>
    /// <exception cref="RightsEndedException">The owner may do less than the token should.</exception>
    public async Task<string> AddAsync(
        string name, string role, CancellationToken stop, Person? owner = null, TimeSpan? validity = null)
    {
        if (owner is not null)
        {
            await using var connection = await source.OpenConnectionAsync(stop);
            await connection.EnsureAsync(owner, role, stop);
        }

        var secret = Secret.New();
        await using var context = await contexts.CreateDbContextAsync(stop);
        context.ApiTokens.Add(new()
        {
            Name = name,
            Role = role,
            SecretHash = secret.Hash,
            OwnerId = owner?.Id,
            ExpiresAt = DateTimeOffset.UtcNow + validity,
        });
        await context.SaveChangesAsync(stop);
        return secret.Text;
    }

    /// <summary>Who acts with this secret; null when it can't be used (any more).</summary>
    public async Task<Person?> FindAsync(string secret, CancellationToken stop)
    {
        var hash = Secret.HashOf(secret);
        await using var context = await contexts.CreateDbContextAsync(stop);
        var token = await context.ApiTokens.AsNoTracking()
            .Where(t => t.SecretHash == hash && t.RevokedAt == null)
            .Select(t => new
            {
                t.Id,
                t.Name,
                t.OwnerId,
                t.LastUsedAt,
                Owner = context.Users.Where(a => a.Id == t.OwnerId).Select(a => a.DisplayName).FirstOrDefault(),
            })
            .SingleOrDefaultAsync(stop);
        if (token is null || await RoleAsync(token.Id, stop) is not { } role)
        {
            return null;
        }

        if (!(DateTimeOffset.UtcNow - token.LastUsedAt < TimeSpan.FromMinutes(1)))
        {
            // A minute's precision is enough to see that a token is forgotten, and spares a write per request.
            await context.ApiTokens.Where(t => t.Id == token.Id)
                .ExecuteUpdateAsync(set => set.SetProperty(t => t.LastUsedAt, DateTimeOffset.UtcNow), stop);
        }

        return new Person(token.OwnerId ?? $"{OwnerlessPrefix}{token.Id}", token.Owner ?? token.Name, role, token.Id);
    }

    /// <summary>The role in which the token can be used now; null when it can't be used any more.</summary>
    public async Task<string?> RoleAsync(long id, CancellationToken stop)
    {
        await using var connection = await source.OpenConnectionAsync(stop);
        return await connection.TokenRoleAsync(id, stop);
    }

    /// <param name="owner">Only this account's; null for all.</param>
    public async Task<IReadOnlyList<ApiTokenItem>> ListAsync(CancellationToken stop, string? owner = null)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        var now = DateTimeOffset.UtcNow;
        return await context.ApiTokens.AsNoTracking().Where(t => owner == null || t.OwnerId == owner)
            .OrderBy(t => t.RevokedAt != null || t.ExpiresAt <= now).ThenByDescending(t => t.Id)
            .Select(t => new ApiTokenItem(
                t.Id, t.Name, t.Role, t.OwnerId,
                context.Users.Where(a => a.Id == t.OwnerId).Select(a => a.DisplayName).FirstOrDefault(),
                t.CreatedAt, t.ExpiresAt, t.LastUsedAt,
                t.RevokedAt != null ? "revoked" : t.ExpiresAt <= now ? "expired" : null))
            .ToListAsync(stop);
    }

    /// <param name="owner">Only if it is this account's; null for any.</param>
    public async Task RevokeAsync(long id, CancellationToken stop, string? owner = null)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        await RevokeAsync(context.ApiTokens.Where(t => t.Id == id && (owner == null || t.OwnerId == owner)), stop);
    }

    /// <summary>For an account that is disabled: its tokens must not come back with it.</summary>
    public async Task RevokeAllAsync(string owner, CancellationToken stop)
    {
        await using var context = await contexts.CreateDbContextAsync(stop);
        await RevokeAsync(context.ApiTokens.Where(t => t.OwnerId == owner), stop);
    }

    private static Task<int> RevokeAsync(IQueryable<ApiToken> tokens, CancellationToken stop) =>
        tokens.Where(t => t.RevokedAt == null)
            .ExecuteUpdateAsync(set => set.SetProperty(t => t.RevokedAt, DateTimeOffset.UtcNow), stop);
}
