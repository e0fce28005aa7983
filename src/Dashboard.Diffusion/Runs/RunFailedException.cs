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

    /// <summary>Names the last checkpoint of a run that ended; only said where there is one.</summary>
    public static string GoesOnFrom(RunClock last) =>
        $"The last checkpoint is of epoch {last.Epoch}, step {last.Step}: trying again goes on from it.";
}
