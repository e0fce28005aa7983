namespace Dashboard.Diffusion.Runs;

/// <summary>
/// What a run that a worker holds is told: by a person through the database, or by the worker to its child. A later member
/// outranks those before it. The names are stored and are part of the API.
/// </summary>
public enum RunCommand
{
    None,

    /// <summary>Write a checkpoint and wait until a person resumes the run.</summary>
    Pause,

    Cancel,

    /// <summary>The worker stops or is gone: write a checkpoint and give the run back to the queue. Never stored.</summary>
    Leave,
}
