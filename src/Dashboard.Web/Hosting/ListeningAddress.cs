using System.Net;
using System.Net.Sockets;

namespace Dashboard.Web.Hosting;

/// <summary>Where the dashboard listens, and how a person on this machine writes that into a browser.</summary>
internal static class ListeningAddress
{
    public static IReadOnlyList<BindingAddress> Configured(IConfiguration configuration) =>
        [
            .. (configuration["urls"] ?? "")
                .Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
                .Select(BindingAddress.Parse),
        ];

    /// <summary>For links that are made before, or without, listening.</summary>
    public static string FirstAddress(this IConfiguration configuration) =>
        Configured(configuration) is [var first, ..] ? ForBrowser(first.ToString()) : "http://localhost";

    /// <summary>Says that a port is taken before anything else is started.</summary>
    /// <exception cref="StartupException">Another program listens there.</exception>
    public static void EnsureFree(IConfiguration configuration)
    {
        foreach (var address in Configured(configuration).Where(a => a.Port != 0 && !a.IsUnixPipe))
        {
            var host = IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) ? ip
                : address.Host == "localhost" ? IPAddress.Loopback : IPAddress.Any;
            try
            {
                using var probe = new TcpListener(host, address.Port);
                probe.Start();
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                throw new StartupException(
                    $"Port {address.Port} is taken by another program. "
                    + $"Choose another: ASPNETCORE_URLS=http://127.0.0.1:{address.Port + 1} bash src/run.sh");
            }
            catch (SocketException error)
            {
                throw new StartupException(
                    $"Cannot listen on {address}: {error.Message}. Set ASPNETCORE_URLS to an address of this machine.");
            }
        }
    }

    /// <summary>"All interfaces" is not an address that a browser understands.</summary>
    public static string ForBrowser(string address)
    {
        var binding = BindingAddress.Parse(address);
        return binding.Host is "0.0.0.0" or "[::]" or "+" or "*"
            ? $"{binding.Scheme}://localhost:{binding.Port}"
            : address.TrimEnd('/');
    }
}
