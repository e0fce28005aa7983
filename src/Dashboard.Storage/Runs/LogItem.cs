using System.Text.Json;
using Dashboard.Diffusion.Runs;

namespace Dashboard.Storage.Runs;

public sealed record LogItem(long Sequence, DateTimeOffset At, RunLogLevel Level, string Text);
