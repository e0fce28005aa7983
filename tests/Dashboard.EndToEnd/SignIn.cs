using Microsoft.Playwright;

namespace Dashboard.EndToEnd;

/// <summary>What a person does to get in.</summary>
internal static class SignIn
{
    public const string Email = "ada@example.org";
    public const string Password = "a-long-enough-password";

    /// <summary>Follows the one-time link of the first start and arrives signed in on the activity page.</summary>
    public static Task MakeFirstAccountAsync(IPage page, Uri link) => AcceptAsync(page, link, "Ada", Email);

    /// <summary>Follows an invitation.</summary>
    public static async Task AcceptAsync(IPage page, Uri link, string name, string email)
    {
        await page.GotoAsync(link.ToString());
        await page.GetByLabel("Name").FillAsync(name);
        await page.GetByLabel("E-mail").FillAsync(email);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create the account" }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/account/", StringComparison.Ordinal));
    }

    public static async Task AsAdaAsync(IPage page)
    {
        await page.GotoAsync("/account/sign-in");
        await page.GetByLabel("E-mail").FillAsync(Email);
        await page.GetByLabel("Password").FillAsync(Password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.WaitForURLAsync(url => !url.Contains("/account/", StringComparison.Ordinal));
    }
}
