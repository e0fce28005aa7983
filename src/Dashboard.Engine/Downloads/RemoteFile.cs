namespace Dashboard.Engine.Downloads;

/// <summary>A file on a server.</summary>
/// <param name="Name">Below the server's base address, and on the disk.</param>
/// <param name="Md5">Lower-case hex; null where the caller checks the content.</param>
public sealed record RemoteFile(string Name, string? Md5);
