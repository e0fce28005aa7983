using Dashboard.Storage.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Web.Accounts;

/// <summary>One line of the people list.</summary>
public sealed record AccountItem(string Id, string Name, string Email, string Role, bool Disabled, DateTimeOffset CreatedAt);

/// <summary>
/// What admins do with accounts. Each change ends the account's sessions at their next request, or within half a minute where a
/// page stays open, and what the account handed out.
/// </summary>
public sealed class AccountAdministration(
    UserManager<Account> accounts, ApiTokens tokens, Invitations invitations, ResetLinks links, PasswordGuesses guesses,
    RightsTurn turn)
{
    public async Task<bool> AnyAsync(CancellationToken stop) => await accounts.Users.AnyAsync(stop);

    public async Task<IReadOnlyList<AccountItem>> ListAsync(CancellationToken stop)
    {
        var items = new List<AccountItem>();
        foreach (var account in await accounts.Users.AsNoTracking().OrderBy(a => a.Email).ToListAsync(stop))
        {
            var roles = await accounts.GetRolesAsync(account);
            items.Add(new(
                account.Id, account.DisplayName, account.Email ?? "", roles.FirstOrDefault() ?? "none",
                account.LockoutEnd == DateTimeOffset.MaxValue, account.CreatedAt));
        }

        return items;
    }

    /// <summary>Gives the account this role instead of its old one.</summary>
    /// <returns>What stands against it, or null when done.</returns>
    public Task<string?> SetRoleAsync(string id, string role) =>
        ChangeAsync(id, leavesAdmin: role != Roles.Admin, async account =>
        {
            await accounts.RemoveFromRolesAsync(account, await accounts.GetRolesAsync(account));
            // Tokens stay, and give no more than the new role.
            await (role == Roles.Admin ? Task.CompletedTask : WithdrawLinksAsync(id));
            return await accounts.AddToRoleAsync(account, role);
        });

    /// <summary>Refuses the account from now on, or lets it in again.</summary>
    /// <returns>What stands against it, or null when done.</returns>
    public Task<string?> SetDisabledAsync(string id, bool disabled) => ChangeAsync(id, leavesAdmin: disabled, async account =>
    {
        if (disabled)
        {
            await tokens.RevokeAllAsync(id, CancellationToken.None);
            await WithdrawLinksAsync(id);
        }

        return await accounts.SetLockoutEndDateAsync(account, disabled ? DateTimeOffset.MaxValue : null);
    });

    /// <summary>The path of a link for setting a new password, good for a day and once; null when the account is gone.</summary>
    /// <param name="maker">The admin's account.</param>
    public async Task<string?> ResetLinkAsync(string id, string? maker = null) =>
        await accounts.FindByIdAsync(id) is null
            ? null
            : Addresses.ResetPassword(id, await links.AddAsync(id, maker, CancellationToken.None));

    /// <summary>Sets the password by such a link. Wrong passwords of before are forgotten, wherever they came from.</summary>
    /// <returns>What stands against it; empty when done.</returns>
    public async Task<IReadOnlyList<string>> ResetPasswordAsync(string id, string secret, string password)
    {
        if (await accounts.FindByIdAsync(id) is not { } account
            || await links.ClaimAsync(id, secret, CancellationToken.None) is not { } link)
        {
            return ["This link was used already, was withdrawn or has expired. Ask an admin for a new one."];
        }

        var result = await accounts.ResetPasswordAsync(
            account, await accounts.GeneratePasswordResetTokenAsync(account), password);
        if (!result.Succeeded)
        {
            await links.GiveBackAsync(link, CancellationToken.None);
            return [.. result.Errors.Select(e => e.Description)];
        }

        await links.WithdrawAllForAsync(id, CancellationToken.None);
        await guesses.ForgetAsync(account.Email ?? "", from: null, CancellationToken.None);
        return [];
    }

    private async Task WithdrawLinksAsync(string maker)
    {
        await invitations.WithdrawAllAsync(maker, CancellationToken.None);
        await links.WithdrawAllByAsync(maker, CancellationToken.None);
    }

    private Task<string?> ChangeAsync(string id, bool leavesAdmin, Func<Account, Task<IdentityResult>> change) =>
        turn.DoAsync(() => ChangeInTurnAsync(id, leavesAdmin, change), CancellationToken.None);

    private async Task<string?> ChangeInTurnAsync(string id, bool leavesAdmin, Func<Account, Task<IdentityResult>> change)
    {
        var account = await accounts.FindByIdAsync(id);
        if (account is null)
        {
            return "There is no such account any more.";
        }

        if (leavesAdmin && await accounts.IsInRoleAsync(account, Roles.Admin) && !await OtherAdminAsync(id))
        {
            return "This is the last admin. Make somebody else admin first.";
        }

        var result = await change(account);
        if (result.Succeeded)
        {
            result = await accounts.UpdateSecurityStampAsync(account);
        }

        return result.Succeeded ? null : string.Join(' ', result.Errors.Select(e => e.Description));
    }

    private async Task<bool> OtherAdminAsync(string id) =>
        (await accounts.GetUsersInRoleAsync(Roles.Admin))
        .Any(a => a.Id != id && a.LockoutEnd != DateTimeOffset.MaxValue);
}
