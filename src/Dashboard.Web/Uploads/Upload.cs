namespace Dashboard.Web.Uploads;

/// <summary>A file that a request brought, on disk. Deleted at the end unless it was moved away.</summary>
/// <param name="Name">What it is to be called, if the request had the field.</param>
/// <param name="FileName">As the browser called it, without folders.</param>
public sealed record Upload(string? Name, string FileName, string Path) : IDisposable
{
    public void Dispose() => File.Delete(Path);
}
