using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Web.Accounts;

/// <summary>
/// What a password must be, beside its least length: not too long to be typed, and not one that everybody tries first. The
/// lists of common passwords, names and words are zxcvbn's.
/// </summary>
internal sealed class PasswordRules : IPasswordValidator<Account>
{
    public const int Shortest = 10;
    public const int Longest = 256;

    /// <summary>The work of zxcvbn grows faster than a password's length; what is strong so far stays strong.</summary>
    private const int Looked = 64;

    public Task<IdentityResult> ValidateAsync(UserManager<Account> manager, Account user, string? password)
    {
        if (password?.Length > Longest)
        {
            return Refuse("PasswordTooLong", $"Passwords must have at most {Longest} characters.");
        }

        string[] own = [user.Email ?? "", user.Email?.Split('@')[0] ?? "", user.DisplayName, "diffusion", "dashboard"];
        return password is not null && IsEasy(password, own)
            ? Refuse("PasswordTooCommon", "This password is among the first that are tried. Take several unrelated words.")
            : Task.FromResult(IdentityResult.Success);
    }

    // 0 of 4: guessed within a million attempts.
    private static bool IsEasy(string password, IEnumerable<string> own) =>
        Zxcvbn.Zxcvbn.MatchPassword(password[..Math.Min(Looked, password.Length)], own.Where(w => w.Length > 0)).Score == 0
        && (password.Length <= Looked
            || Zxcvbn.Zxcvbn.MatchPassword(password[^Looked..], own.Where(w => w.Length > 0)).Score == 0);

    private static Task<IdentityResult> Refuse(string code, string description) =>
        Task.FromResult(IdentityResult.Failed(new IdentityError { Code = code, Description = description }));
}
