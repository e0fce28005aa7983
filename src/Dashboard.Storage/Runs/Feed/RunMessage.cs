namespace Dashboard.Storage.Runs.Feed;

/// <summary>One thing that happened to a run, as pages and scripts get it.</summary>
/// <param name="Type">
/// <c>state</c> (data: RunItem), <c>metrics</c> (data: step, epoch, imagesSeen, wallTime, values by name), <c>image</c> and
/// <c>frame</c> (data: ImageItem), <c>log</c> (LogItem), <c>checkpoint</c> (CheckpointItem), or <c>reset</c>: rows were
/// taken back because the run goes on from an older checkpoint: load the snapshot again. <c>deleted</c>: nothing more comes
/// until somebody restores the run.
/// </param>
public sealed record RunMessage(long Sequence, string Type, object Data);
