using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace Dashboard.Web.Security;

/// <summary>
/// Takes a person's address and scheme from the proxies that the settings name, and from nobody else: limits count by that
/// address, and cookies are secure by that scheme.
/// </summary>
internal static class KnownProxies
{
    public static void AddKnownProxies(this IServiceCollection services)
    {
        services.AddOptions<ProxyOptions>().BindConfiguration(ProxyOptions.Section)
            .Validate(
                options => options.Proxies.All(proxy => Read(proxy) is not null),
                $"{ProxyOptions.Section}:{nameof(ProxyOptions.Proxies)}: each must be an address, as 10.0.0.7, "
                    + "or a network, as 10.0.0.0/8.")
            .ValidateOnStart();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>((forwarded, options) =>
        {
            forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            // Proxies may stand one behind another; the first address that is none of theirs is the person's.
            forwarded.ForwardLimit = null;
            forwarded.KnownProxies.Clear();
            forwarded.KnownIPNetworks.Clear();
            foreach (var network in options.Value.Proxies.Select(Read).OfType<IPNetwork>())
            {
                forwarded.KnownIPNetworks.Add(network);
            }
        });
    }

    /// <summary>Without a proxy the headers are what anybody writes into them, and nobody looks at them.</summary>
    public static void UseKnownProxies(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<IOptions<ProxyOptions>>().Value.Proxies.Length > 0)
        {
            app.UseForwardedHeaders();
        }
    }

    private static IPNetwork? Read(string text) =>
        IPNetwork.TryParse(text, out var network) ? network
        : IPAddress.TryParse(text, out var address) ? new(address, address.GetAddressBytes().Length * 8)
        : null;
}
