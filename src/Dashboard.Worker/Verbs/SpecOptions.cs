using System.CommandLine;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Worker.Verbs;

/// <summary>The options by which a verb departs from the preset.</summary>
internal sealed class SpecOptions
{
    private static readonly TrainingSpec Template = Presets.Find("ddim-keras")!.Template;

    private readonly Option<int> size = new("--size") { Description = "Side of the images, pixels.", DefaultValueFactory = _ => Template.ImageSize };
    private readonly Option<int> batch = new("--batch") { Description = "Images in a training step.", DefaultValueFactory = _ => Template.BatchSize };
    private readonly Option<int[]> widths = new("--widths")
    {
        Description = "Channels per resolution.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [.. Template.Network.Widths],
    };

    private readonly Option<int> depth = new("--depth")
    {
        Description = "Residual blocks per resolution.",
        DefaultValueFactory = _ => Template.Network.BlockDepth,
    };

    private readonly Option<Precision> precision = new("--precision") { Description = "Arithmetic of the convolutions." };
    private readonly Option<Device> device = new("--device") { Description = "Where to compute." };
    private readonly Option<long> seed = new("--seed") { Description = "Decides everything random.", DefaultValueFactory = _ => Template.Seed };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[size, batch, widths, depth, precision, device, seed])
        {
            command.Add(option);
        }
    }

    /// <exception cref="ArgumentException">The options make no usable spec; the message names each problem.</exception>
    public TrainingSpec Read(ParseResult arguments)
    {
        var spec = Template with
        {
            Dataset = "local",
            ImageSize = arguments.GetRequiredValue(size),
            BatchSize = arguments.GetRequiredValue(batch),
            Seed = arguments.GetRequiredValue(seed),
            Precision = arguments.GetValue(precision),
            Device = arguments.GetValue(device),
            Network = Template.Network with
            {
                Widths = arguments.GetRequiredValue(widths),
                BlockDepth = arguments.GetRequiredValue(depth),
            },
        };
        var problems = TrainingRules.Check(spec);
        return problems.Count == 0
            ? spec
            : throw new ArgumentException(string.Join(Environment.NewLine, problems.Select(problem => $"{problem.Field}: {problem.Message}")));
    }
}
