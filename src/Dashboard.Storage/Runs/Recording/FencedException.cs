namespace Dashboard.Storage.Runs.Recording;

/// <summary>The run has a newer attempt, has ended, or is gone: what this process makes is no longer wanted.</summary>
public sealed class FencedException(string message, Exception? inner = null) : Exception(message, inner);
