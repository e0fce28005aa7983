namespace Dashboard.Diffusion.Runs;

public static class RunStates
{
    /// <summary>Whether a worker holds a run in this state.</summary>
    public static bool IsHeld(this RunState state) => state is RunState.Running or RunState.Pausing;
}
