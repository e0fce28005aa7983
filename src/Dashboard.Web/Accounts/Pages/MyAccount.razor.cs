using System.Globalization;
using Dashboard.Storage.Accounts;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Identity;

namespace Dashboard.Web.Accounts.Pages;

/// <summary>A person's own account, with the tokens that act for them.</summary>
public sealed partial class MyAccount
{
    private Account? account;
    private IList<string> roles = [];
    private IReadOnlyList<ApiTokenItem> tokens = [];
    private string? secret;
    private string? problem;

    [Inject]
    public required UserManager<Account> Accounts { get; set; }

    [Inject]
    public required ApiTokens ApiTokens { get; set; }

    [CascadingParameter]
    public required HttpContext HttpContext { get; init; }

    [SupplyParameterFromQuery]
    public string? Changed { get; set; }

    [SupplyParameterFromForm(FormName = "token")]
    public TokenForm Token { get; set; } = null!;

    /// <summary>The id of the token whose button was pressed.</summary>
    [SupplyParameterFromForm(FormName = "revoke-token")]
    public string? Revoked { get; set; }

    private Person Person => HttpContext.User.ToPerson();

    protected override async Task OnInitializedAsync()
    {
        Token ??= new();
        account = await Accounts.GetUserAsync(HttpContext.User);
        roles = account is null ? [] : await Accounts.GetRolesAsync(account);
        await ReadAsync();
    }

    private async Task ReadAsync() => tokens = await ApiTokens.ListAsync(HttpContext.RequestAborted, Person.Id);

    private async Task AddAsync()
    {
        var name = Token.Name?.Trim() ?? "";
        if (TokenWords.Problem(name, tokens) is { } refusal)
        {
            problem = refusal;
            return;
        }

        if (!Roles.UpTo(Person.Role).Contains(Token.Role) || TokenWords.Find(Token.Validity) is not { } validity)
        {
            problem = "Choose a role of the list, which ends at your own, and how long the token is valid.";
            return;
        }

        try
        {
            secret = await ApiTokens.AddAsync(name, Token.Role!, HttpContext.RequestAborted, Person, validity.Time);
            Token = new();
            await ReadAsync();
        }
        catch (RightsEndedException ended)
        {
            problem = ended.Message;
        }
    }

    private async Task RevokeAsync()
    {
        if (long.TryParse(Revoked, CultureInfo.InvariantCulture, out var id))
        {
            await ApiTokens.RevokeAsync(id, HttpContext.RequestAborted, Person.Id);
            await ReadAsync();
        }
    }

    public sealed class TokenForm
    {
        public string? Name { get; set; }

        public string? Role { get; set; }

        public string? Validity { get; set; } = TokenWords.Validities[0].Key;
    }
}
