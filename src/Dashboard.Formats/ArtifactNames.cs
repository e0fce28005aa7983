namespace Dashboard.Formats;

/// <summary>Names of files and folders that more than one project must know.</summary>
public static class ArtifactNames
{
    /// <summary>Folder of weights that don't ship with the program.</summary>
    public const string Weights = "weights";

    /// <summary>InceptionV3's file in it.</summary>
    public const string InceptionWeights = "inception-v3.safetensors";

    /// <summary>In a run's folder: the checkpoint to resume from.</summary>
    public const string LastCheckpoint = "last.safetensors";

    /// <summary>In a run's folder: the checkpoint with the lowest KID.</summary>
    public const string BestCheckpoint = "best.safetensors";

    /// <summary>In a data set's folder: the encoded images, one after the other.</summary>
    public const string Pack = "images.pack";

    /// <summary>In a data set's folder: where each image lies in the pack.</summary>
    public const string PackIndex = "images.json";

    /// <summary>Ends the name of a data set's folder while it is imported.</summary>
    public const string ImportingSuffix = ".importing";
}
