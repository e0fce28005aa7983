using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;

namespace Dashboard.Web.Accounts.Pages;

public sealed partial class ResetPassword
{
    private IReadOnlyList<string> problems = [];

    [Inject]
    public required AccountAdministration Accounts { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Parameter]
    public required string Id { get; init; }

    [Parameter]
    public required string Code { get; init; }

    [SupplyParameterFromForm]
    public ResetForm Form { get; set; } = null!;

    protected override void OnInitialized() => Form ??= new();

    private async Task ResetAsync()
    {
        problems = await Accounts.ResetPasswordAsync(Id, Code, Form.Password ?? "");
        if (problems.Count == 0)
        {
            Navigation.NavigateTo(Addresses.SignIn, forceLoad: true);
        }
    }

    public sealed class ResetForm
    {
        public string? Password { get; set; }
    }
}
