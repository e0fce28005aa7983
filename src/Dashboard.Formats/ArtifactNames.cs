namespace Dashboard.Formats;

/// <summary>Places among the artifacts that engine and storage both must know.</summary>
public static class ArtifactNames
{
    /// <summary>Folder of weights that don't ship with the program.</summary>
    public const string Weights = "weights";

    /// <summary>InceptionV3's file in it.</summary>
    public const string InceptionWeights = "inception-v3.safetensors";
}
