using System.Text.RegularExpressions;

namespace Dashboard.Web.Tests.Host;

/// <summary>Fills in the static forms as a browser would: with the page's own hidden fields.</summary>
internal static partial class Forms
{
    private const string Handler = "_handler";

    public static async Task<HttpResponseMessage> SubmitAsync(
        this HttpClient client, string path, params (string Name, string Value)[] fields)
    {
        var form = (await HiddenAsync(client, path)).Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        return await client.PostAsync(path, new FormUrlEncodedContent(form));
    }

    /// <summary>Fills in one of several forms of a page.</summary>
    /// <param name="name">As its <c>@formname</c>.</param>
    /// <returns>The page that answers.</returns>
    public static async Task<string> SubmitFormAsync(
        this HttpClient client, string path, string name, params (string Name, string Value)[] fields)
    {
        var hidden = (await HiddenAsync(client, path)).Where(h => h.Key != Handler).DistinctBy(h => h.Key);
        var form = hidden.Append(new(Handler, name)).Concat(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)));
        using var answer = await client.PostAsync(path, new FormUrlEncodedContent(form));
        return await answer.Content.ReadAsStringAsync();
    }

    public static Task<HttpResponseMessage> SignInAsync(this HttpClient client, string email, string password) =>
        client.SubmitAsync("/account/sign-in", ("Form.Email", email), ("Form.Password", password));

    private static async Task<IEnumerable<KeyValuePair<string, string>>> HiddenAsync(HttpClient client, string path) =>
        HiddenInput().Matches(await client.GetStringAsync(path))
            .Select(m => KeyValuePair.Create(m.Groups["name"].Value, m.Groups["value"].Value));

    [GeneratedRegex("""<input type="hidden" name="(?<name>[^"]+)" value="(?<value>[^"]*)"\s*/?>""")]
    private static partial Regex HiddenInput();
}
