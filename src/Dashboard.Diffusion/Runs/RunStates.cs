namespace Dashboard.Diffusion.Runs;

public static class RunStates
{
    /// <summary>Whether a worker holds a run in this state.</summary>
    public static bool IsHeld(this RunState state) => state is RunState.Running or RunState.Pausing;

    /// <summary>Whether it ended and changes no more, unless a person tries it again.</summary>
    public static bool IsOver(this RunState state) => state is RunState.Succeeded or RunState.Failed or RunState.Canceled;
}
