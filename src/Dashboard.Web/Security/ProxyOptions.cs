namespace Dashboard.Web.Security;

/// <summary>The setting of proxies, beside the others of the section.</summary>
public sealed class ProxyOptions
{
    public const string Section = "Dashboard";

    /// <summary>Addresses (<c>10.0.0.7</c>) and networks (<c>10.0.0.0/8</c>) of the proxies before the dashboard.</summary>
    public string[] Proxies { get; set; } = [];
}
