using System.Threading.Channels;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Queue;

namespace Dashboard.Worker.Executing;

/// <summary>What the worker tells this child: runs to carry out, one after the other, and commands for the one at hand.</summary>
internal sealed class CommandChannel : IDisposable
{
    private readonly Channel<ClaimedRun> runs = Channel.CreateUnbounded<ClaimedRun>();
    private readonly Lock gate = new();
    private CancellationTokenSource? current;

    /// <summary>Runs to carry out; ends after <see cref="RunCommand.Leave"/>.</summary>
    public ChannelReader<ClaimedRun> Runs => runs.Reader;

    /// <summary>The highest command for the run at hand.</summary>
    public RunCommand Given { get; private set; }

    /// <summary>Signalled when the run at hand is to end.</summary>
    public CancellationToken Stop => current!.Token;

    /// <summary>Takes a line of <see cref="ChildProtocol"/>.</summary>
    public void Hear(string line)
    {
        if (ChildProtocol.ParseRun(line) is { } run)
        {
            lock (gate)
            {
                // Lines come in order: earlier commands were for an earlier run, later ones are for this one.
                Given = Given == RunCommand.Leave ? RunCommand.Leave : RunCommand.None;
            }

            runs.Writer.TryWrite(run);
        }
        else if (ChildProtocol.ParseCommand(line) is not RunCommand.None and var command)
        {
            Give(command);
        }
    }

    /// <summary>The next run begins. What it was told while it waited holds.</summary>
    public IDisposable Begin()
    {
        lock (gate)
        {
            current = new CancellationTokenSource();
            if (Given != RunCommand.None)
            {
                current.Cancel();
            }

            return current;
        }
    }

    public void Give(RunCommand command)
    {
        CancellationTokenSource? source;
        lock (gate)
        {
            if (command > Given)
            {
                Given = command;
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

        if (command == RunCommand.Leave)
        {
            runs.Writer.TryComplete();
        }
    }

    public void Dispose() => current?.Dispose();
}
