using Dashboard.Web.Security;
using Microsoft.AspNetCore.HostFiltering;

namespace Dashboard.Web.Hosting;

/// <summary>Reads and checks the settings before anything starts.</summary>
internal static class DashboardSettings
{
    public static void UseDashboardSettings(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptions<DashboardOptions>()
            .BindConfiguration(DashboardOptions.Section).ValidateDataAnnotations().ValidateOnStart();

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;

            // An upload asks for its own.
            kestrel.Limits.MaxRequestBodySize = ReadableRequests.LongestBody;
        });

        // Not "Urls" in appsettings.json: that would win over ASPNETCORE_URLS.
        var configuration = builder.Configuration;
        if (string.IsNullOrEmpty(configuration["urls"]) && string.IsNullOrEmpty(configuration["http_ports"]))
        {
            builder.WebHost.UseUrls(configuration[$"{DashboardOptions.Section}:Url"] ?? new DashboardOptions().Url);
        }

        // Who listens at http://gpu-box:5080 wants to be called gpu-box.
        builder.Services.PostConfigure<HostFilteringOptions>(options =>
        {
            foreach (var host in ListeningAddress.Configured(configuration).Where(a => !a.IsUnixPipe).Select(a => a.Host))
            {
                if (!options.AllowedHosts.Contains(host) && host is not ("+" or "*" or "0.0.0.0" or "[::]"))
                {
                    options.AllowedHosts.Add(host);
                }
            }
        });
    }
}
