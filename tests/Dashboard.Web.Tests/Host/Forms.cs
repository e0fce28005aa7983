using System.Text.RegularExpressions;

namespace Dashboard.Web.Tests.Host;

/// <summary>Fills in the static forms as a browser would: with the page's own hidden fields.</summary>
internal static partial class Forms
{
    public static async Task<HttpResponseMessage> SubmitAsync(
        this HttpClient client, string path, params (string Name, string Value)[] fields)
    {
        var page = await client.GetStringAsync(path);
        var hidden = HiddenInput().Matches(page)
            .Select(m => KeyValuePair.Create(m.Groups["name"].Value, m.Groups["value"].Value));
        var form = hidden.Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return await client.PostAsync(path, new FormUrlEncodedContent(form));
    }

    public static Task<HttpResponseMessage> SignInAsync(this HttpClient client, string email, string password) =>
        client.SubmitAsync("/account/sign-in", ("Form.Email", email), ("Form.Password", password));

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)"\s*/?>""")]
    private static partial Regex HiddenInput();
}
