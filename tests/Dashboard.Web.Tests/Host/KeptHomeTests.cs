using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Dashboard.Testing;

namespace Dashboard.Web.Tests.Host;

/// <summary>A home made at commit 9980509 opens in today's dashboard.</summary>
public sealed class KeptHomeTests(PostgresFixture postgres) : IAsyncLifetime
{
    private DashboardApp.Factory? web;

    public async ValueTask InitializeAsync()
    {
        var home = await KeptHome.RestoreAsync(postgres, TestContext.Current.CancellationToken);
        web = new DashboardApp.Factory(home.ConnectionString, home.Folder);
        _ = web.Server;
    }

    public async ValueTask DisposeAsync() => await web!.DisposeAsync();

    [Fact]
    public async Task The_API_answers_all_that_it_answered()
    {
        var client = Script();
        foreach (var (address, kept) in KeptHome.Answers())
        {
            var answer = JsonNode.Parse(await client.GetStringAsync(address));
            Assert.Empty(Missing(address, kept, answer));
        }
    }

    [Fact]
    public async Task Weights_and_images_are_the_bytes_that_their_names_say()
    {
        var client = Script();
        var answers = KeptHome.Answers();
        var files = answers.Where(a => a.Key.EndsWith("/checkpoints", StringComparison.Ordinal) || a.Key == "/api/images")
            .SelectMany(a => a.Value["items"]!.AsArray())
            .Select(item => (Url: item!["url"]!.GetValue<string>(), Sha256: item["sha256"]!.GetValue<string>()))
            .ToList();
        Assert.True(files.Count > 6, $"only {files.Count} files");
        foreach (var (url, sha256) in files)
        {
            Assert.Equal(sha256, Convert.ToHexStringLower(SHA256.HashData(await client.GetByteArrayAsync(url))));
        }
    }

    [Fact]
    public async Task Every_page_opens_for_the_account_with_its_old_password()
    {
        var browser = web!.CreateClient(new() { AllowAutoRedirect = false });
        Assert.Equal(HttpStatusCode.Redirect, (await browser.SignInAsync(KeptHome.Email, KeptHome.Password)).StatusCode);
        string[] runs = [.. Enumerable.Range(1, 7).Select(id => $"/runs/{id}")];
        foreach (var page in (string[])["/", "/runs", .. runs, "/gallery", "/datasets", "/datasets/1", "/workers", "/accounts"])
        {
            using var answer = await browser.GetAsync(page);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{page}: {answer.StatusCode}");
        }
    }

    private HttpClient Script()
    {
        var client = web!.CreateClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", KeptHome.Token);
        return client;
    }

    /// <summary>What was answered once and is missing or different now. New properties are welcome.</summary>
    private static IEnumerable<string> Missing(string path, JsonNode? kept, JsonNode? now) => (kept, now) switch
    {
        (JsonObject before, JsonObject after) => before.SelectMany(property =>
            after.ContainsKey(property.Key)
                ? Missing($"{path} {property.Key}", property.Value, after[property.Key])
                : [$"{path} {property.Key} is missing"]),
        (JsonArray before, JsonArray after) when before.Count == after.Count =>
            before.Zip(after).SelectMany((pair, i) => Missing($"{path}[{i}]", pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(kept, now) ? [] : [$"{path} was {kept?.ToJsonString()}, is {now?.ToJsonString()}"],
    };
}
