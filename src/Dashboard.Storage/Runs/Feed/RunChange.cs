namespace Dashboard.Storage.Runs.Feed;

/// <summary>Something happened to a run: read it again.</summary>
/// <param name="RunId">Null: to any run, for notifications may have been missed.</param>
public readonly record struct RunChange(long? RunId);
