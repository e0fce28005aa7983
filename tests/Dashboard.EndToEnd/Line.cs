using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Dashboard.EndToEnd;

/// <summary>A network between browser and dashboard that can fail.</summary>
internal sealed class Line : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<TcpClient, TcpClient> open = new();
    private readonly CancellationTokenSource end = new();
    private readonly Uri target;
    private readonly Task accepting;
    private volatile bool cut;

    public Line(Uri target)
    {
        this.target = target;
        listener.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}");
        accepting = AcceptAsync();
    }

    public Uri Address { get; }

    /// <summary>Nothing comes through any more.</summary>
    public void Cut()
    {
        cut = true;
        foreach (var (near, far) in open)
        {
            near.Close();
            far.Close();
        }
    }

    public void Restore() => cut = false;

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        Cut();
        listener.Stop();
        await accepting;
        listener.Dispose();
        end.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                _ = PassAsync(await listener.AcceptTcpClientAsync(end.Token));
            }
        }
        catch (OperationCanceledException)
        {
            // disposed
        }
    }

    private async Task PassAsync(TcpClient near)
    {
        using var far = new TcpClient();
        using (near)
        {
            try
            {
                if (cut)
                {
                    return;
                }

                await far.ConnectAsync(target.Host, target.Port, end.Token);
                open[near] = far;
                var (a, b) = (near.GetStream(), far.GetStream());
                await Task.WhenAny(a.CopyToAsync(b, end.Token), b.CopyToAsync(a, end.Token));
            }
            catch (Exception e) when (
                e is IOException or SocketException or ObjectDisposedException or OperationCanceledException)
            {
                // One of the two is gone.
            }
            finally
            {
                open.TryRemove(near, out _);
            }
        }
    }
}
