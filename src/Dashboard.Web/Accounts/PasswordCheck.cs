using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Web.Accounts;

/// <summary>What came of an attempt: the account whose password it was, or what to tell the person.</summary>
public sealed record PasswordAnswer(Account? Account, string? Problem);

/// <summary>
/// Checks passwords, and slows down who guesses them. Answers the same words after the same work whether an account exists or
/// not.
/// </summary>
public sealed class PasswordCheck(UserManager<Account> accounts, IPasswordHasher<Account> hasher, PasswordGuesses guesses)
{
    public const string Wrong = "E-mail or password is wrong.";

    /// <param name="account">Null when nobody has the address.</param>
    /// <param name="from">Where the attempt comes from.</param>
    public async Task<PasswordAnswer> CheckAsync(
        Account? account, string email, string? password, string from, CancellationToken stop)
    {
        var guess = await guesses.TakeAsync(email, from, stop);
        var right = await IsRightAsync(account, password, guess.Allowed);
        if (!right)
        {
            return new(null, guess.Wait is { } wait
                ? $"Signing in with this e-mail is locked here after too many wrong passwords. Try again in {Words(wait)}."
                : Wrong);
        }

        await guesses.ForgetAsync(email, from, stop);
        // Told only to who knows the password.
        return account!.LockoutEnd == DateTimeOffset.MaxValue
            ? new(null, "This account is locked: an admin has disabled it. Ask an admin of your team.")
            : new(account, null);
    }

    private async Task<bool> IsRightAsync(Account? account, string? password, bool allowed)
    {
        if (account?.PasswordHash is not null && allowed && password is { Length: > 0 and <= PasswordRules.Longest })
        {
            return await accounts.CheckPasswordAsync(account, password);
        }

        // As slow as a real check, so that the time tells nothing.
        hasher.HashPassword(new() { DisplayName = "" }, "nobody's password");
        return false;
    }

    private static string Words(TimeSpan wait) => wait > TimeSpan.FromSeconds(90)
        ? $"{Math.Ceiling(wait.TotalMinutes):0} minutes"
        : $"{Math.Ceiling(wait.TotalSeconds):0} seconds";
}
