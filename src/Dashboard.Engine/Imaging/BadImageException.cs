namespace Dashboard.Engine.Imaging;

/// <summary>An entry that can't become part of a data set. The message is the reason, in words for a person.</summary>
public sealed class BadImageException(string reason) : Exception(reason);
