using System.Text.Json;
using Dashboard.Storage.Accounts;
using Dashboard.Testing;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Dashboard.Web.Tests.Host;

/// <summary>What one client may ask of the hub.</summary>
public sealed class HubLimitTests(PostgresFixture postgres) : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DashboardApp app = new(postgres);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => app.InitializeAsync();

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task A_message_of_200_KB_ends_the_connection()
    {
        await using var hub = await HubAsync();
        var closed = new TaskCompletionSource();
        hub.Closed += _ =>
        {
            closed.TrySetResult();
            return Task.CompletedTask;
        };
        try
        {
            await hub.SendAsync("Watch", new string('x', 200_000), 0, Stop);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or InvalidOperationException)
        {
            // The connection may be gone before the message is.
        }

        await closed.Task.WaitAsync(Patience, Stop);
    }

    [Fact]
    public async Task Many_streams_on_one_connection_leave_room_for_others()
    {
        var (run, _) = await Rows.RunAsync(app, null);
        await using var hub = await HubAsync();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        limit.CancelAfter(Patience);
        var streams = Enumerable.Range(0, 100).Select(async _ =>
        {
            await foreach (var message in hub.StreamAsync<JsonElement>("Watch", run, -1L, limit.Token))
            {
                return message.GetProperty("type").GetString();
            }

            return null;
        }).ToList();
        Assert.All(await Task.WhenAll(streams), type => Assert.Equal("state", type));
        using var other = await (await app.ScriptAsync(Roles.Viewer)).GetAsync("/api/runs", Stop);
        Assert.True(other.IsSuccessStatusCode);
    }

    private async Task<HubConnection> HubAsync()
    {
        await using var scope = app.Services.CreateAsyncScope();
        var token = await scope.ServiceProvider.GetRequiredService<ApiTokens>().AddAsync("hub", Roles.Viewer, Stop);
        var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(app.Web.Server.BaseAddress, "hubs/runs"), options =>
            {
                options.HttpMessageHandlerFactory = _ => app.Web.Server.CreateHandler();
                options.Transports = HttpTransportType.LongPolling;
                options.AccessTokenProvider = () => Task.FromResult<string?>(token);
            })
            .Build();
        await hub.StartAsync(Stop);
        return hub;
    }
}
