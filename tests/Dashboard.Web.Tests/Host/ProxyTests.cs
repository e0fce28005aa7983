using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Dashboard.Storage.Accounts;
using Dashboard.Testing;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Dashboard.Web.Tests.Host;

/// <summary>The dashboard behind nginx and TLS, by the configuration that docs/operating.md gives.</summary>
public sealed partial class ProxyTests(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly DashboardApp app = new(postgres);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => app.InitializeAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task A_person_behind_a_known_proxy_has_a_secure_cookie_and_a_budget_of_their_own()
    {
        await app.AddAccountAsync("ada@example.org", Roles.Viewer);
        await using var web = Start(("Dashboard:Proxies:0", "127.0.0.1"), ("Dashboard:SignInsPerMinute", "3"));
        await using var nginx = await Nginx.StartAsync(AddressOf(web), DocumentedLocation(), Stop);

        // All of 127.0.0.0/8 is this machine, so that people can come from several addresses.
        using var guesser = Browser(nginx, "127.0.0.2");
        for (var attempt = 0; attempt < 3; attempt++)
        {
            Assert.Equal(HttpStatusCode.OK, (await guesser.SignInAsync($"n{attempt}@example.org", "wrong one")).StatusCode);
        }

        guesser.DefaultRequestHeaders.Add("X-Forwarded-For", "10.9.8.7");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await guesser.SignInAsync("n@example.org", "wrong one")).StatusCode);

        using var person = Browser(nginx, "127.0.0.3");
        var answer = await person.SignInAsync("ada@example.org", DashboardApp.Password);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        Assert.All(
            answer.Headers.GetValues("Set-Cookie"), c => Assert.Contains("secure", c, StringComparison.OrdinalIgnoreCase));
        Assert.Equal(HttpStatusCode.OK, (await person.GetAsync("/", Stop)).StatusCode);
        var toSignIn = await Browser(nginx, "127.0.0.4").GetAsync("/runs", Stop);
        Assert.Equal(nginx.Address.Authority, new Uri(nginx.Address, toSignIn.Headers.Location!).Authority);
        Assert.Equal("https", new Uri(nginx.Address, toSignIn.Headers.Location!).Scheme);
    }

    [Fact]
    public async Task Live_data_comes_through_the_proxy()
    {
        var (run, _) = await Rows.RunAsync(app, null);
        var secret = await app.Services.GetRequiredService<ApiTokens>().AddAsync("hub", Roles.Viewer, Stop);
        await using var web = Start(("Dashboard:Proxies:0", "127.0.0.0/8"));
        await using var nginx = await Nginx.StartAsync(AddressOf(web), DocumentedLocation(), Stop);
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(nginx.Address, "hubs/runs"), options =>
            {
                options.Transports = HttpTransportType.WebSockets;
                options.SkipNegotiation = true;
                options.Headers["Authorization"] = $"Bearer {secret}";
                options.WebSocketConfiguration = socket => socket.RemoteCertificateValidationCallback =
                    (_, certificate, _, _) => nginx.IsOwn(certificate);
            })
            .Build();
        await hub.StartAsync(Stop);
        await foreach (var message in hub.StreamAsync<JsonElement>("Watch", run, -1L, Stop))
        {
            Assert.Equal("state", message.GetProperty("type").GetString());
            return;
        }

        Assert.Fail("The stream ended without an item.");
    }

    [Fact]
    public async Task Nobody_else_is_believed()
    {
        await using var web = Start(("Dashboard:SignInsPerMinute", "2"));
        using var browser = new HttpClient { BaseAddress = AddressOf(web) };
        var answers = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 3; attempt++)
        {
            browser.DefaultRequestHeaders.Remove("X-Forwarded-For");
            browser.DefaultRequestHeaders.Add("X-Forwarded-For", $"10.0.0.{attempt}");
            answers.Add((await browser.SignInAsync($"n{attempt}@example.org", "wrong one")).StatusCode);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, answers[^1]);
    }

    [Fact]
    public async Task Cookies_can_be_made_secure_whatever_the_scheme()
    {
        await app.AddAccountAsync("ada@example.org", Roles.Viewer);
        await using var web = app.Web.WithWebHostBuilder(builder =>
        {
            builder.UseSetting("Dashboard:Home", postgres.CreateFolder());
            builder.UseSetting("Dashboard:SecureCookies", "true");
        });
        using var browser = web.CreateClient(new() { AllowAutoRedirect = false, BaseAddress = new("https://localhost") });
        var answer = await browser.SignInAsync("ada@example.org", DashboardApp.Password);
        Assert.All(
            answer.Headers.GetValues("Set-Cookie"), c => Assert.Contains("secure", c, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task A_setting_that_is_no_address_is_refused_by_name()
    {
        await using var web = app.Web.WithWebHostBuilder(builder =>
        {
            builder.UseSetting("Dashboard:Home", postgres.CreateFolder());
            builder.UseSetting("Dashboard:Proxies:0", "proxy.example.org");
        });
        var refused = Assert.Throws<OptionsValidationException>(() => web.Server);
        Assert.Contains("Dashboard:Proxies", refused.Message, StringComparison.Ordinal);
    }

    /// <summary>On a port of its own, for nginx knows nothing of the test's server.</summary>
    private WebApplicationFactory<Program> Start(params (string Name, string Value)[] settings)
    {
        var web = app.Web.WithWebHostBuilder(builder =>
        {
            builder.UseSetting("Dashboard:Home", postgres.CreateFolder());
            foreach (var (name, value) in settings)
            {
                builder.UseSetting(name, value);
            }
        });
        web.UseKestrel(0);
        web.StartServer();
        return web;
    }

    private static Uri AddressOf(WebApplicationFactory<Program> web) => web.ClientOptions.BaseAddress;

    private static HttpClient Browser(Nginx nginx, string from) => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        SslOptions = { RemoteCertificateValidationCallback = (_, certificate, _, _) => nginx.IsOwn(certificate) },
        ConnectCallback = async (context, stop) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
            await socket.ConnectAsync(IPAddress.Loopback, context.DnsEndPoint.Port, stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    }) { BaseAddress = nginx.Address };

    /// <summary>What an operator copies from the documents.</summary>
    private static string DocumentedLocation()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docs/operating.md"));
        var location = Location().Match(text);
        Assert.True(location.Success);
        return location.Groups["directives"].Value;
    }

    [GeneratedRegex(@"location / \{\s*proxy_pass [^;]+;(?<directives>[^}]*)\}")]
    private static partial Regex Location();
}
