using System.Buffers.Text;
using System.Text;
using Dashboard.Storage.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Web.Accounts;

/// <summary>One line of the people list.</summary>
/// <param name="Locked">Until when sign-in is refused; <see cref="DateTimeOffset.MaxValue"/> when disabled.</param>
public sealed record AccountItem(
    string Id, string Name, string Email, string Role, DateTimeOffset? Locked, DateTimeOffset CreatedAt)
{
    public bool Disabled => Locked == DateTimeOffset.MaxValue;
}

/// <summary>What admins do with accounts. Each change ends the account's sessions within half a minute.</summary>
public sealed class AccountAdministration(UserManager<Account> accounts)
{
    public async Task<bool> AnyAsync(CancellationToken stop) => await accounts.Users.AnyAsync(stop);

    public async Task<IReadOnlyList<AccountItem>> ListAsync(CancellationToken stop)
    {
        var items = new List<AccountItem>();
        foreach (var account in await accounts.Users.AsNoTracking().OrderBy(a => a.Email).ToListAsync(stop))
        {
            var roles = await accounts.GetRolesAsync(account);
            var locked = account.LockoutEnd > DateTimeOffset.UtcNow ? account.LockoutEnd : null;
            items.Add(new(
                account.Id, account.DisplayName, account.Email ?? "", roles.FirstOrDefault() ?? "none", locked,
                account.CreatedAt));
        }

        return items;
    }

    /// <summary>Gives the account this role instead of its old one.</summary>
    /// <returns>What stands against it, or null when done.</returns>
    public Task<string?> SetRoleAsync(string id, string role) =>
        ChangeAsync(id, leavesAdmin: role != Roles.Admin, async account =>
        {
            await accounts.RemoveFromRolesAsync(account, await accounts.GetRolesAsync(account));
            return await accounts.AddToRoleAsync(account, role);
        });

    /// <summary>Refuses the account from now on, or lets it in again.</summary>
    /// <returns>What stands against it, or null when done.</returns>
    public Task<string?> SetDisabledAsync(string id, bool disabled) => ChangeAsync(id, leavesAdmin: disabled, async account =>
    {
        await accounts.ResetAccessFailedCountAsync(account);
        return await accounts.SetLockoutEndDateAsync(account, disabled ? DateTimeOffset.MaxValue : null);
    });

    /// <summary>The path of a link for setting a new password, good for a day and once; null when the account is gone.</summary>
    public async Task<string?> ResetLinkAsync(string id) =>
        await accounts.FindByIdAsync(id) is { } account
            ? Addresses.ResetPassword(
                id, Base64Url.EncodeToString(Encoding.UTF8.GetBytes(await accounts.GeneratePasswordResetTokenAsync(account))))
            : null;

    /// <summary>Sets the password by such a link, and lets an account in that wrong passwords had locked.</summary>
    /// <returns>What stands against it; empty when done.</returns>
    public async Task<IReadOnlyList<string>> ResetPasswordAsync(string id, string code, string password)
    {
        if (!Base64Url.IsValid(code) || await accounts.FindByIdAsync(id) is not { } account)
        {
            return ["This link cannot be used. Ask an admin for a new one."];
        }

        var result = await accounts.ResetPasswordAsync(
            account, Encoding.UTF8.GetString(Base64Url.DecodeFromChars(code)), password);
        if (result.Succeeded && account.LockoutEnd != DateTimeOffset.MaxValue)
        {
            await accounts.SetLockoutEndDateAsync(account, null);
        }

        return
        [
            .. result.Errors.Select(e => e.Code == "InvalidToken"
                ? "This link was used already or has expired. Ask an admin for a new one."
                : e.Description),
        ];
    }

    private async Task<string?> ChangeAsync(string id, bool leavesAdmin, Func<Account, Task<IdentityResult>> change)
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
        .Any(a => a.Id != id && !(a.LockoutEnd > DateTimeOffset.UtcNow));
}
