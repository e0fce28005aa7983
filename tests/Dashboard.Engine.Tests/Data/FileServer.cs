using System.Net;
using System.Net.Sockets;

namespace Dashboard.Engine.Tests.Data;

/// <summary>Serves bytes by name, with ranges, and can break off.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly HttpListener listener = new();

    public FileServer()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        Address = new Uri($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/mirror/");
        probe.Stop();
        listener.Prefixes.Add(Address.ToString());
        listener.Start();
        _ = Task.Run(ServeAsync);
    }

    public Uri Address { get; }

    public Dictionary<string, byte[]> Files { get; } = [];

    /// <summary>Bytes after which the next answer for this file breaks off, once each.</summary>
    public Dictionary<string, Queue<int>> BreakOff { get; } = [];

    /// <summary>The first byte that each request asked for, by file.</summary>
    public List<(string Name, long From)> Requests { get; } = [];

    public void Dispose() => listener.Close();

    private async Task ServeAsync()
    {
        while (listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            try
            {
                Answer(context);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or InvalidOperationException)
            {
                context.Response.Abort();
            }
        }
    }

    private void Answer(HttpListenerContext context)
    {
        var name = Path.GetFileName(context.Request.Url!.AbsolutePath);
        var range = context.Request.Headers["Range"];
        var from = range is null ? 0 : int.Parse(range["bytes=".Length..^1], System.Globalization.CultureInfo.InvariantCulture);
        Requests.Add((name, from));
        if (!Files.TryGetValue(name, out var bytes))
        {
            context.Response.StatusCode = 404;
            context.Response.Close();
            return;
        }

        if (range is not null)
        {
            context.Response.StatusCode = 206;
            context.Response.Headers["Content-Range"] = $"bytes {from}-{bytes.Length - 1}/{bytes.Length}";
        }

        context.Response.ContentLength64 = bytes.Length - from;
        if (BreakOff.TryGetValue(name, out var breaks) && breaks.TryDequeue(out var after))
        {
            context.Response.OutputStream.Write(bytes, from, after);
            context.Response.OutputStream.Flush();
            context.Response.Abort();
            return;
        }

        context.Response.OutputStream.Write(bytes, from, bytes.Length - from);
        context.Response.Close();
    }
}
