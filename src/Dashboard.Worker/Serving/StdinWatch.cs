using Microsoft.Extensions.Hosting;

namespace Dashboard.Worker.Serving;

/// <summary>Stops the worker when its standard input closes: also a killed parent closes it, in whatever way it died.</summary>
internal sealed class StdinWatch(IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own, because reading the console can't be canceled.
        new Thread(() =>
        {
            while (Console.In.ReadLine() is not null)
            {
            }

            lifetime.StopApplication();
        })
        { IsBackground = true, Name = "stdin" }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
