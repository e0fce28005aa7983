using System.Globalization;
using Dashboard.Storage.Postgres;
using Npgsql;

namespace Dashboard.Storage.Accounts;

/// <summary>
/// What somebody may do at this moment. A page or request was let in with rights that may have ended since, so whatever is
/// written asks here, in the transaction that writes it.
/// </summary>
internal static class PresentRights
{
    // A temporary lock takes no rights away; 'infinity' is how Postgres keeps DateTimeOffset.MaxValue: disabled.
    private const string AccountRoles =
        """
        SELECT r.name FROM accounts a
        JOIN account_roles ar ON ar.user_id = a.id JOIN roles r ON r.id = ar.role_id
        WHERE a.id = @id AND a.lockout_end IS DISTINCT FROM 'infinity'
        """;

    /// <summary>An account's role; null when the account is gone, disabled, or has none.</summary>
    public static async Task<string?> AccountRoleAsync(this NpgsqlConnection connection, string id, CancellationToken stop)
    {
        var roles = await connection.Command(AccountRoles, ("id", id)).RowsAsync(row => row.GetString(0), stop);
        return Roles.All.FirstOrDefault(roles.Contains);
    }

    /// <summary>
    /// The role in which a token can be used: at most its owner's. Null when it is revoked or has expired, or its owner has no
    /// rights left. A token that was made in the terminal has no owner.
    /// </summary>
    public static async Task<string?> TokenRoleAsync(this NpgsqlConnection connection, long id, CancellationToken stop)
    {
        var tokens = await connection.Command(
            "SELECT role, owner_id FROM api_tokens "
                + "WHERE id = @id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())",
            ("id", id)).RowsAsync(row => (Role: row.GetString(0), Owner: row.IsDBNull(1) ? null : row.GetString(1)), stop);
        if (tokens is not [var (role, owner)])
        {
            return null;
        }

        return owner is null ? role
            : await connection.AccountRoleAsync(owner, stop) is { } highest ? Roles.Lower(role, highest) : null;
    }

    /// <summary>The person with the role that they have now, at most the one that they came with.</summary>
    /// <exception cref="RightsEndedException">They have less than is needed.</exception>
    public static async Task<Person> EnsureAsync(
        this NpgsqlConnection connection, Person person, string needed, CancellationToken stop)
    {
        var present = (person.Token ?? OwnerlessToken(person.Id)) is { } token
            ? await connection.TokenRoleAsync(token, stop)
            : await connection.AccountRoleAsync(person.Id, stop);
        var role = present is null ? null : Roles.Lower(person.Role, present);
        return role is not null && Roles.Includes(role, needed) ? person with { Role = role } : throw new RightsEndedException();
    }

    private static long? OwnerlessToken(string id) =>
        id.StartsWith(ApiTokens.OwnerlessPrefix, StringComparison.Ordinal)
            && long.TryParse(id.AsSpan(ApiTokens.OwnerlessPrefix.Length), CultureInfo.InvariantCulture, out var token)
            ? token
            : null;
}
