using System.Threading.Channels;

namespace Dashboard.Worker.Executing;

internal enum Order
{
    None,
    Pause,
    Cancel,

    /// <summary>The worker stops or is gone: write a checkpoint, give the run back, end.</summary>
    Leave,
}

/// <summary>What the worker says on the standard input: <c>run id attempt</c>, <c>cancel</c>, <c>pause</c>; its end means <see cref="Order.Leave"/>.</summary>
internal sealed class Orders : IDisposable
{
    private readonly Channel<string> runs = Channel.CreateUnbounded<string>();
    private readonly Lock gate = new();
    private CancellationTokenSource? current;

    public Orders() => new Thread(Read) { IsBackground = true, Name = "orders" }.Start();

    /// <summary>Lines that name runs; ends with the input.</summary>
    public ChannelReader<string> Runs => runs.Reader;

    /// <summary>The last order for the run at hand.</summary>
    public Order Given { get; private set; }

    /// <summary>Signalled when the run at hand is to end.</summary>
    public CancellationToken Stop => current!.Token;

    /// <summary>A run begins; what was ordered before does not concern it, except to leave.</summary>
    public IDisposable Begin()
    {
        lock (gate)
        {
            current = new CancellationTokenSource();
            if (Given == Order.Leave)
            {
                current.Cancel();
            }
            else
            {
                Given = Order.None;
            }

            return current;
        }
    }

    public void Give(Order order)
    {
        CancellationTokenSource? source;
        lock (gate)
        {
            if (order > Given)
            {
                Given = order;
            }

            source = current;
        }

        try
        {
            source?.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The run ended just now.
        }

        if (order == Order.Leave)
        {
            runs.Writer.TryComplete();
        }
    }

    public void Dispose() => current?.Dispose();

    private void Read()
    {
        while (Console.In.ReadLine() is { } line)
        {
            switch (line.Trim())
            {
                case "cancel":
                    Give(Order.Cancel);
                    break;
                case "pause":
                    Give(Order.Pause);
                    break;
                default:
                    runs.Writer.TryWrite(line.Trim());
                    break;
            }
        }

        Give(Order.Leave);
    }
}
