using Dashboard.Storage.Accounts;
using Dashboard.Web.Shared;
using Microsoft.AspNetCore.Components;
using Microsoft.JSInterop;
using MudBlazor;

namespace Dashboard.Web.Accounts;

/// <summary>Admins invite people by one-time links, change their roles, and create tokens for scripts.</summary>
public sealed partial class AccountsPage : IAsyncDisposable
{
    private IReadOnlyList<AccountItem> people = [];
    private IReadOnlyList<ApiTokenItem> tokens = [];
    private IReadOnlyList<LinkItem> invitations = [];
    private IReadOnlyList<LinkItem> resets = [];
    private string inviteRole = Roles.Member;
    private string tokenName = "";
    private string tokenRole = Roles.Member;
    private string tokenValidity = TokenWords.Validities[0].Key;
    private ShownOnce? link;
    private bool copied;
    private JsModule clipboard = default!;

    [Inject]
    public required AdminDesk Desk { get; set; }

    [Inject]
    public required NavigationManager Navigation { get; set; }

    [Inject]
    public required ISnackbar Snackbar { get; set; }

    [Inject]
    public required IDialogService DialogService { get; set; }

    [Inject]
    public required IJSRuntime Script { get; set; }

    public ValueTask DisposeAsync() => clipboard.DisposeAsync();

    protected override Task OnInitializedAsync()
    {
        clipboard = new JsModule(Script, "clipboard");
        return ReloadAsync();
    }

    private async Task ReloadAsync() => (people, tokens, invitations, resets) = await Desk.DoAsync(async tools => (
        await tools.Accounts.ListAsync(CancellationToken.None),
        await tools.Tokens.ListAsync(CancellationToken.None),
        await tools.OpenInvitations.ListAsync(CancellationToken.None),
        await tools.ResetLinks.ListAsync(CancellationToken.None)));

    private Task InviteAsync() => ActAsync(async tools =>
    {
        var path = await tools.Invitations.AddAsync(inviteRole, email: null, CancellationToken.None, tools.Admin.Id);
        Show(new($"Link for a new {inviteRole}", Absolute(path), "The first person to use it gets the account."));
        return null;
    });

    private Task ResetAsync(AccountItem person) => ActAsync(async tools =>
    {
        if (await tools.Accounts.ResetLinkAsync(person.Id, tools.Admin.Id) is { } path)
        {
            Show(new($"Link for a new password of {person.Name}", Absolute(path), "It works once, within a day."));
        }

        return null;
    });

    private Task AddTokenAsync() => ActAsync(async tools =>
    {
        var name = tokenName.Trim();
        if (TokenWords.Problem(name, [.. tokens.Where(t => t.OwnerId == tools.Admin.Id)]) is { } problem)
        {
            return problem;
        }

        var validity = TokenWords.Find(tokenValidity)!.Time;
        var secret = await tools.Tokens.AddAsync(name, tokenRole, CancellationToken.None, tools.Admin, validity);
        Show(new($"Token {name}", secret, "Store it where your script can read it."));
        tokenName = "";
        return null;
    });

    private Task ChangeRoleAsync(AccountItem person, string role) =>
        ActAsync(tools => tools.Accounts.SetRoleAsync(person.Id, role));

    private async Task SetDisabledAsync(AccountItem person)
    {
        var question = $"{person.Name} is signed out everywhere and can't sign in until an admin enables the account. "
            + "Their tokens, and the invitations and password links that they made, end for good. Their runs stay.";
        if (person.Disabled || await DialogService.ConfirmAsync("Disable the account", question, "Disable", danger: true))
        {
            await ActAsync(tools => tools.Accounts.SetDisabledAsync(person.Id, !person.Disabled));
        }
    }

    private Task WithdrawInvitationAsync(LinkItem open) => ActAsync(async tools =>
    {
        await tools.OpenInvitations.WithdrawAsync(open.Id, CancellationToken.None);
        return null;
    });

    private Task WithdrawResetAsync(LinkItem open) => ActAsync(async tools =>
    {
        await tools.ResetLinks.WithdrawAsync(open.Id, CancellationToken.None);
        return null;
    });

    private async Task RevokeAsync(ApiTokenItem token)
    {
        var question = $"Scripts that use “{token.Name}” will be refused.";
        if (await DialogService.ConfirmAsync("Revoke the token", question, "Revoke", danger: true))
        {
            await ActAsync(async tools =>
            {
                await tools.Tokens.RevokeAsync(token.Id, CancellationToken.None);
                return null;
            });
        }
    }

    private async Task CopyAsync()
    {
        copied = await TryCopyAsync(link!.Text);
        if (!copied)
        {
            Snackbar.Add("The browser does not let the page copy. Select the text and copy it.", Severity.Warning);
        }
    }

    private async Task<bool> TryCopyAsync(string text)
    {
        try
        {
            return await clipboard.InvokeAsync<bool>("copy", text);
        }
        catch (JSException)
        {
            // The person has forbidden this page to use the clipboard.
            return false;
        }
    }

    /// <param name="action">Answers why it was refused, or null.</param>
    private async Task ActAsync(Func<AdminTools, Task<string?>> action)
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
