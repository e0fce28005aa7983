using Dashboard.Formats;
using Dashboard.Storage.Artifacts;

namespace Dashboard.Storage.Datasets;

/// <summary>Where a data set's files lie while it is imported and after.</summary>
public sealed class DatasetFiles(ArtifactFiles artifacts)
{
    /// <summary>The pack and its caches; there when the import is through.</summary>
    public string Folder(long id) => artifacts.DatasetFolder(id);

    /// <summary>The uploaded zip, until it is imported.</summary>
    public string Upload(long id) => artifacts.DatasetFolder(id) + ".zip";

    /// <summary>Downloaded files, until they are imported. A failed download goes on from them.</summary>
    public string Downloads(long id) => artifacts.DatasetFolder(id) + ".download";

    /// <summary>What an import that was killed may have left half written.</summary>
    public string Unfinished(long id) => artifacts.DatasetFolder(id) + ArtifactNames.ImportingSuffix;

    /// <summary>Everything that the data set has on disk.</summary>
    public void Remove(long id)
    {
        RemoveFailed(id);
        RemoveSources(id);
    }

    /// <summary>What a failed import left. Its downloads stay: another attempt goes on from them.</summary>
    public void RemoveFailed(long id)
    {
        RemoveUpload(id);
        Delete(Unfinished(id));
        Delete(Folder(id));
    }

    /// <summary>What was read by an import that is through.</summary>
    public void RemoveSources(long id)
    {
        RemoveUpload(id);
        Delete(Downloads(id));
    }

    public void RemoveUpload(long id)
    {
        // Deleting a file that is not there is fine, but not in a folder that is not there.
        if (File.Exists(Upload(id)))
        {
            File.Delete(Upload(id));
        }
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
