namespace Dashboard.Diffusion.Runs;

public enum FailureKind
{
    /// <summary>What was asked cannot be done: a spec, data set or checkpoint that does not fit.</summary>
    Input,

    /// <summary>The device has too little memory. Never retried: it would fail again.</summary>
    OutOfMemory,

    DiskFull,

    /// <summary>The loss became infinite or NaN.</summary>
    Diverged,

    Internal,
}

/// <summary>A run that cannot go on. The message is for the person who queued it: what happened, and the remedy.</summary>
public sealed class RunFailedException(string message, FailureKind kind, Exception? inner = null) : Exception(message, inner)
{
    public FailureKind Kind { get; } = kind;
}
