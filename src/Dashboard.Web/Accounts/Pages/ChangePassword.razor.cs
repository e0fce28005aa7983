using Dashboard.Storage.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Web.Accounts.Pages;

public sealed partial class ChangePassword
{
    private IReadOnlyList<string> problems = [];

    [Inject]
    public required SignInManager<Account> Accounts { get; set; }

    [Inject]
    public required PasswordCheck Passwords { get; set; }

    [Inject]
    public required ResetLinks Links { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [CascadingParameter]
    public required HttpContext HttpContext { get; init; }

    [SupplyParameterFromForm]
    public PasswordForm Form { get; set; } = null!;

    protected override void OnInitialized() => Form ??= new();

    private async Task ChangeAsync()
    {
        var account = await Accounts.UserManager.GetUserAsync(HttpContext.User);
        if (account is null)
        {
            Navigation.NavigateTo(Addresses.SignIn, forceLoad: true);
            return;
        }

        // Counted by session: who holds a copy of a cookie guesses no faster than at the sign-in page, and locks nobody out.
        var session = $"session:{HttpContext.User.Session()}";
        var answer = await Passwords.CheckAsync(account, account.Email ?? "", Form.Present, session, HttpContext.RequestAborted);
        if (answer.Account is null)
        {
            problems = [answer.Problem == PasswordCheck.Wrong ? "The current password is wrong." : answer.Problem!];
            return;
        }

        var result = await Accounts.UserManager.ChangePasswordAsync(account, Form.Present ?? "", Form.Next ?? "");
        if (result.Succeeded)
        {
            await Links.WithdrawAllForAsync(account.Id, HttpContext.RequestAborted);
            // The new password has changed the security stamp; this browser keeps its session.
            await Accounts.RefreshSignInAsync(account);
            Navigation.NavigateTo(Addresses.PasswordChanged, forceLoad: true);
        }
        else
        {
            problems = [.. result.Errors.Select(e => e.Description)];
        }
    }

    public sealed class PasswordForm
    {
        public string? Present { get; set; }

        public string? Next { get; set; }
    }
}
