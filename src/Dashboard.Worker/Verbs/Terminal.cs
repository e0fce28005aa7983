using Dashboard.Diffusion.Runs;
using Dashboard.Engine.Data.Importing;
using Dashboard.Engine.Devices;

namespace Dashboard.Worker.Verbs;

/// <summary>Tells a verb's failure in one line; only an unexpected one shows its stack.</summary>
internal static class Terminal
{
    private const int Interrupted = 130;

    /// <returns>The exit code.</returns>
    public static async Task<int> TryAsync(Func<Task> work)
    {
        try
        {
            await work();
            return 0;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("Interrupted.");
            return Interrupted;
        }
        catch (Exception refused) when (refused is RunFailedException or ImportRefusedException or ArgumentException
            or IOException or InvalidDataException or InvalidOperationException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 1;
        }
        catch (TypeInitializationException missing) when (LibTorch.ExplainMissing(missing) is { } words)
        {
            await Console.Error.WriteLineAsync(words);
            return 1;
        }
    }
}
