using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Web.Accounts.Pages;

public sealed partial class SignIn
{
    private string? problem;

    [Inject]
    public required SignInManager<Account> Accounts { get; set; }

    [Inject]
    public required IPasswordHasher<Account> Hasher { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [SupplyParameterFromForm]
    public SignInForm Form { get; set; } = null!;

    [SupplyParameterFromQuery]
    public string? ReturnUrl { get; set; }

    protected override void OnInitialized() => Form ??= new();

    private async Task SignInAsync()
    {
        var account = Form.Email is null ? null : await Accounts.UserManager.FindByEmailAsync(Form.Email.Trim());
        if (account is null || Form.Password is null)
        {
            // As slow as a real check, so that nobody can learn which addresses have an account.
            Hasher.HashPassword(new() { DisplayName = "" }, Form.Password ?? "");
            problem = "E-mail or password is wrong.";
            return;
        }

        var result = await Accounts.PasswordSignInAsync(account, Form.Password, Form.Remember, lockoutOnFailure: true);
        if (result.Succeeded)
        {
            Navigation.NavigateTo(LocalPath.OrHome(ReturnUrl), forceLoad: true);
        }
        else
        {
            problem = result.IsLockedOut
                ? "This account is locked after too many wrong passwords, or disabled. Try again in 15 minutes or ask an admin."
                : "E-mail or password is wrong.";
        }
    }

    public sealed class SignInForm
    {
        public string? Email { get; set; }

        public string? Password { get; set; }

        public bool Remember { get; set; }
    }
}
