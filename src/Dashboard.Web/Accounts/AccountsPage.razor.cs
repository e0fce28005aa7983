using Dashboard.Storage.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace Dashboard.Web.Accounts;

/// <summary>Admins add people by one-time links, change what they may do, and make tokens for scripts.</summary>
public sealed partial class AccountsPage
{
    private IReadOnlyList<AccountItem> people = [];
    private IReadOnlyList<ApiToken> tokens = [];
    private string inviteRole = Roles.Member;
    private string tokenName = "";
    private string tokenRole = Roles.Member;
    private ShownOnce? link;
    private bool copied;

    [Inject]
    public required AdminDesk Desk { get; init; }

    [Inject]
    public required NavigationManager Navigation { get; init; }

    [Inject]
    public required ISnackbar Snackbar { get; init; }

    [Inject]
    public required IDialogService DialogService { get; init; }

    [Inject]
    public required IJSRuntime Script { get; init; }

    protected override Task OnInitializedAsync() => ReloadAsync();

    private async Task ReloadAsync() => (people, tokens) = await Desk.DoAsync(async services => (
        await services.GetRequiredService<AccountBook>().ListAsync(CancellationToken.None),
        await services.GetRequiredService<TokenBook>().ListAsync(CancellationToken.None)));

    private Task InviteAsync() => ActAsync(async services =>
    {
        var path = await services.GetRequiredService<InvitationBook>().AddAsync(inviteRole, email: null, CancellationToken.None);
        Show(new($"Link for a new {inviteRole}", Absolute(path), "Send it to the person: whoever opens it first makes the account."));
        return null;
    });

    private Task ResetAsync(AccountItem person) => ActAsync(async services =>
    {
        if (await services.GetRequiredService<AccountBook>().ResetLinkAsync(person.Id) is { } path)
        {
            Show(new($"Link for a new password of {person.Name}", Absolute(path), "It is good for a day."));
        }

        return null;
    });

    private Task AddTokenAsync() => ActAsync(async services =>
    {
        var name = tokenName.Trim();
        if (name.Length is 0 or > 120)
        {
            return "Give the token a name of 1 to 120 characters that says what uses it.";
        }

        var secret = await services.GetRequiredService<TokenBook>().AddAsync(name, tokenRole, CancellationToken.None);
        Show(new($"Token {name}", secret, "Keep it where the script finds it."));
        tokenName = "";
        return null;
    });

    private Task ChangeRoleAsync(AccountItem person, string role) =>
        ActAsync(services => services.GetRequiredService<AccountBook>().SetRoleAsync(person.Id, role));

    private async Task SetDisabledAsync(AccountItem person)
    {
        if (person.Disabled || await DialogService.ConfirmAsync(
            "Disable the account", $"{person.Name} is signed out everywhere and can't come in again until an admin lets them. Their runs stay.", "Disable", danger: true))
        {
            await ActAsync(services => services.GetRequiredService<AccountBook>().SetDisabledAsync(person.Id, !person.Disabled));
        }
    }

    private async Task RevokeAsync(ApiToken token)
    {
        if (await DialogService.ConfirmAsync("Revoke the token", $"What uses “{token.Name}” is refused from now on.", "Revoke", danger: true))
        {
            await ActAsync(async services =>
            {
                await services.GetRequiredService<TokenBook>().RevokeAsync(token.Id, CancellationToken.None);
                return null;
            });
        }
    }

    private async Task CopyAsync()
    {
        try
        {
            await Script.InvokeVoidAsync("navigator.clipboard.writeText", link!.Text);
            copied = true;
        }
        catch (JSException)
        {
            // Browsers give the clipboard to https and localhost only; the text can be selected by a click.
            Snackbar.Add("The browser does not let the page copy. Select the text and copy it.", Severity.Warning);
        }
    }

    /// <param name="action">Answers what stands against it, or null.</param>
    private async Task ActAsync(Func<IServiceProvider, Task<string?>> action)
    {
        try
        {
            if (await Desk.DoAsync(action) is { } problem)
            {
                Snackbar.Add(problem, Severity.Error);
            }

            await ReloadAsync();
        }
        catch (UnauthorizedAccessException error)
        {
            Snackbar.Add(error.Message, Severity.Error);
        }
    }

    private void Show(ShownOnce shown) => (link, copied) = (shown, false);

    private string Absolute(string path) => Navigation.ToAbsoluteUri(path).ToString();

    private sealed record ShownOnce(string Title, string Text, string Note);
}
