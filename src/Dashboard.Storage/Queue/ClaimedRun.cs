namespace Dashboard.Storage.Queue;

/// <summary>A run that a worker holds under an attempt.</summary>
public sealed record ClaimedRun(long Id, int Attempt);
