using System.Net;
using System.Net.Sockets;

namespace Dashboard.Web.Accounts;

/// <summary>Where an attempt at a password comes from, for limits that must not hit anybody else.</summary>
internal static class SignInSource
{
    /// <summary>
    /// The address; of IPv6 the first 64 bits, for that much is given to one household or server, and who has it can use any
    /// address in it.
    /// </summary>
    public static string Network(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        if (address is null)
        {
            return "";
        }

        address = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? $"{new IPAddress([.. address.GetAddressBytes()[..8], .. new byte[8]])}/64"
            : address.ToString();
    }
}
