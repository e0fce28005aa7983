namespace Dashboard.Engine.Downloads;

/// <summary>The server can't be reached, refuses, or holds another file. The message says what to do.</summary>
public sealed class DownloadFailedException(string message) : Exception(message);
