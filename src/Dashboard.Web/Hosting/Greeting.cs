using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Dashboard.Web.Hosting;

/// <summary>What the terminal says once the dashboard answers.</summary>
internal static class Greeting
{
    public static async Task SayAsync(WebApplication app, DashboardHome home)
    {
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        var address = ListeningAddress.ForBrowser(addresses.FirstOrDefault() ?? app.Configuration.FirstAddress());
        home.WriteAddress(address);

        Console.WriteLine($"Diffusion Dashboard: {address}");
        Console.WriteLine($"Everything it keeps is in {home.Folder}. Ctrl-C stops it.");
        if (await FirstStart.FirstAccountLinkAsync(app.Services, app.Lifetime.ApplicationStopping) is { } path)
        {
            Console.WriteLine($"There is no account yet. Make the first one, an admin's, here: {address}{path}");
        }
    }
}
