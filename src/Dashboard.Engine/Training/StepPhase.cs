namespace Dashboard.Engine.Training;

/// <summary>What an optimizer step is busy with.</summary>
internal enum StepPhase
{
    /// <summary>Taking images, normalising and augmenting them, mixing in noise.</summary>
    Batch,

    /// <summary>The network's answer and its losses.</summary>
    Forward,

    Backward,

    Optimizer,

    /// <summary>The moving averages.</summary>
    Averages,
}
