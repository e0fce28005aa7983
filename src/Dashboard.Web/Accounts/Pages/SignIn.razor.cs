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
    public required PasswordCheck Passwords { get; set; }

    [Inject]
    public required KnownBrowsers Browsers { get; set; }

    [CascadingParameter]
    public required HttpContext HttpContext { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [SupplyParameterFromForm]
    public SignInForm Form { get; set; } = null!;

    [SupplyParameterFromQuery]
    public string? ReturnUrl { get; set; }

    protected override void OnInitialized() => Form ??= new();

    private async Task SignInAsync()
    {
        var email = Form.Email?.Trim() ?? "";
        var account = email.Length is 0 or > 256 ? null : await Accounts.UserManager.FindByEmailAsync(email);
        var answer = await Passwords.CheckAsync(
            account, email, Form.Password, Browsers.SourceOf(HttpContext, account), HttpContext.RequestAborted);
        problem = answer.Problem;
        if (answer.Account is { } person)
        {
            Browsers.Remember(HttpContext, person);
            await Accounts.SignInAsync(person, Form.Remember);
            Navigation.NavigateTo(LocalPath.OrHome(ReturnUrl), forceLoad: true);
        }
    }

    public sealed class SignInForm
    {
        public string? Email { get; set; }

        public string? Password { get; set; }

        public bool Remember { get; set; }
    }
}
