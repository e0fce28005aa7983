using Dashboard.Storage.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Web.Accounts.Pages;

public sealed partial class AcceptInvitation
{
    private IReadOnlyList<string> problems = [];
    private Invitation? invitation;

    [Inject]
    public required Invitations Invitations { get; set; }

    [Inject]
    public required SignInManager<Account> Accounts { get; set; }

    [Inject]
    public required KnownBrowsers Browsers { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [CascadingParameter]
    public required HttpContext HttpContext { get; init; }

    [Parameter]
    public required string Secret { get; init; }

    [SupplyParameterFromQuery]
    public string? Email { get; set; }

    [SupplyParameterFromForm]
    public InvitationForm Form { get; set; } = null!;

    protected override async Task OnInitializedAsync()
    {
        Form ??= new() { Email = Email };
        invitation = await Invitations.FindAsync(Secret, HttpContext.RequestAborted);
        if (invitation is null)
        {
            HttpContext.Response.StatusCode = StatusCodes.Status410Gone;
        }
    }

    private async Task AcceptAsync()
    {
        var name = Form.Name?.Trim() ?? "";
        var email = Form.Email?.Trim() ?? "";
        if (name.Length is 0 or > 80 || email.Length is 0 or > 256
            || Form.Password is not { Length: > 0 and <= PasswordRules.Longest })
        {
            problems = ["Give a name of at most 80 characters, an e-mail address and a password of at most 256 characters."];
            return;
        }

        var account = new Account { DisplayName = name, UserName = email, Email = email, EmailConfirmed = true };
        var result = await Invitations.AcceptAsync(Secret, account, Form.Password, HttpContext.RequestAborted);
        if (!result.Succeeded)
        {
            problems = [.. result.Errors.Select(e => e.Description)];
            return;
        }

        Browsers.Remember(HttpContext, account);
        await Accounts.SignInAsync(account, isPersistent: false);
        Navigation.NavigateTo(Addresses.Activity, forceLoad: true);
    }

    public sealed class InvitationForm
    {
        public string? Name { get; set; }

        public string? Email { get; set; }

        public string? Password { get; set; }
    }
}
