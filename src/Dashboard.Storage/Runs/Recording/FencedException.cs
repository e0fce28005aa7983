namespace Dashboard.Storage.Runs.Recording;

/// <summary>The run has a newer attempt, has ended, or is gone: what this process makes is no longer wanted.</summary>
public sealed class FencedException : Exception
{
    public FencedException()
    {
    }

    public FencedException(string message)
        : base(message)
    {
    }

    public FencedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
