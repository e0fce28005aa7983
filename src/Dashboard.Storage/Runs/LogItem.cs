using System.Text.Json;
using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Runs;

/// <param name="Detail">What only somebody who looks for a cause reads, such as a stack trace.</param>
public sealed record LogItem(long Sequence, DateTimeOffset At, RunLogLevel Level, string Text, string? Detail = null);
