using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Dashboard.Web.Tests.Host;

/// <summary>Debian's nginx before the dashboard, with TLS, as docs/operating.md configures it.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private static readonly string[] Programs = ["/usr/sbin/nginx", "/usr/bin/nginx", "/usr/local/sbin/nginx"];

    private readonly Process process;
    private readonly DirectoryInfo folder;
    private readonly string certificate;

    private Nginx(Process process, DirectoryInfo folder, string certificate, Uri address) =>
        (this.process, this.folder, this.certificate, Address) = (process, folder, certificate, address);

    public Uri Address { get; }

    /// <summary>Whether this is the certificate that was made for it; no authority signed that.</summary>
    public bool IsOwn(X509Certificate? shown) =>
        shown?.GetCertHashString(HashAlgorithmName.SHA256) == certificate;

    /// <param name="location">The directives of <c>location /</c>, without the one that names the dashboard.</param>
    public static async Task<Nginx> StartAsync(Uri dashboard, string location, CancellationToken stop)
    {
        var program = Programs.FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException("nginx is missing; tests/run.sh installs it.");
        var folder = Directory.CreateTempSubdirectory("nginx-");
        var certificate = WriteCertificate(folder.FullName);
        var address = new Uri($"https://localhost:{FreePort()}");
        await File.WriteAllTextAsync(
            Path.Combine(folder.FullName, "nginx.conf"),
            $$"""
            daemon off;
            pid nginx.pid;
            worker_processes 1;
            error_log stderr;
            events {}
            http {
              access_log off;
              client_body_temp_path body;
              proxy_temp_path proxy;
              fastcgi_temp_path fastcgi;
              uwsgi_temp_path uwsgi;
              scgi_temp_path scgi;
              map $http_upgrade $connection_upgrade { default upgrade; "" close; }
              server {
                listen 127.0.0.1:{{address.Port}} ssl;
                ssl_certificate certificate.pem;
                ssl_certificate_key key.pem;
                location / {
                  proxy_pass {{dashboard.ToString().TrimEnd('/')}};
                  {{location}}
                }
              }
            }
            """,
            stop);
        var process = Process.Start(new ProcessStartInfo(
            program, ["-p", folder.FullName, "-c", "nginx.conf", "-g", "user root;"]) { RedirectStandardError = true })!;
        var nginx = new Nginx(process, folder, certificate, address);
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException(await process.StandardError.ReadToEndAsync(stop));
            }

            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, address.Port, stop);
                return nginx;
            }
            catch (SocketException)
            {
                await Task.Delay(100, stop);
            }
        }

        await nginx.DisposeAsync();
        throw new TimeoutException("nginx does not listen.");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
        }

        process.Dispose();
        folder.Delete(recursive: true);
    }

    /// <returns>Its SHA-256.</returns>
    private static string WriteCertificate(string folder)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(Path.Combine(folder, "certificate.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(folder, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        return certificate.GetCertHashString(HashAlgorithmName.SHA256);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
