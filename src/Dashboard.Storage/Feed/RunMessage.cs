namespace Dashboard.Storage.Feed;

/// <summary>One thing that happened to a run, as pages and scripts get it.</summary>
/// <param name="Type">
/// <c>state</c> (data: RunItem), <c>metrics</c> (data: step, epoch, imagesSeen, wallTime, values by name), <c>image</c> and <c>frame</c>
/// (data: ImageItem), <c>log</c> (LogItem), <c>checkpoint</c> (CheckpointItem), or <c>reset</c>: rows after the sequence in data.keptUpTo were
/// taken back, load the snapshot again.
/// </param>
public sealed record RunMessage(long Sequence, string Type, object Data);
