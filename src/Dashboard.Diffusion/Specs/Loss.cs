namespace Dashboard.Diffusion.Specs;

public enum Loss
{
    /// <summary>Mean absolute error.</summary>
    [Word("Mean absolute error")]
    Mae,

    /// <summary>Mean squared error.</summary>
    [Word("Mean squared error")]
    Mse,

    /// <summary>Squared below <see cref="TrainingSpec.HuberDelta"/>, absolute above.</summary>
    [Word("Huber")]
    Huber,
}
