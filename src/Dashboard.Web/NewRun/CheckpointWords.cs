using Dashboard.Diffusion.Runs;

namespace Dashboard.Web.NewRun;

public static class CheckpointWords
{
    public static string Of(CheckpointKind kind) => kind switch
    {
        CheckpointKind.Best => "Best by KID",
        CheckpointKind.Last => "Last",
        _ => "Imported",
    };
}
