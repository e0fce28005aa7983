namespace Dashboard.Diffusion.Runs;

public enum RunKind
{
    Training,
    Sampling,

    /// <summary>Checks weights that a person brought and draws from them.</summary>
    Import,
}

/// <summary>queued → running → succeeded | failed | canceled, with pausing → paused and back to queued.</summary>
public enum RunState
{
    Queued,
    Running,
    Pausing,
    Paused,
    Succeeded,
    Failed,
    Canceled,
}
