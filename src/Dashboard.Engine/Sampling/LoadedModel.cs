using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Data;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Networks;
using static TorchSharp.torch;

namespace Dashboard.Engine.Sampling;

/// <summary>The averaged network of a checkpoint with what is needed to draw from it.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly FlatState values;

    private LoadedModel(CheckpointHeader header, ComputeDevice device)
    {
        (Header, Device) = (header, device);
        using var random = new Generator(0);
        Network = NetworkShape.Of(header.Spec, header.Labels.Count).Build(device.Torch, device.Convolutions, random);
        values = new FlatState(Network, withGradients: false);
        Normalizer = new Normalizer(header.Normalizer, device.Torch);
        Drawing = new ImageDrawing(Network, header.Spec, header.Labels, Normalizer, device.Torch);
        Network.eval();
    }

    public CheckpointHeader Header { get; }

    public ComputeDevice Device { get; }

    public ImageDrawing Drawing { get; }

    private DiffusionNetwork Network { get; }

    private Normalizer Normalizer { get; }

    /// <param name="emaDecay">One of the spec's further averages; null for the main one.</param>
    /// <exception cref="RunFailedException">The file is missing or broken, or has no such average.</exception>
    public static LoadedModel Load(string path, Diffusion.Specs.Device wanted, double? emaDecay = null)
    {
        var (file, header) = Checkpoint.Open(path);
        using (file)
        {
            var model = new LoadedModel(header, ComputeDevice.Choose(wanted, header.Spec.Precision));
            try
            {
                IReadOnlyList<FlatState.Slot> slots = [.. model.values.ParameterSlots, .. model.values.StatisticSlots];
                Checkpoint.Restore(path, file, new CheckpointPart(PrefixOf(header, emaDecay), slots, model.values.Values));
                return model;
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
    }

    private static string PrefixOf(CheckpointHeader header, double? decay)
    {
        var ema = header.Spec.Ema;
        if (decay is null || (ema.HalfLifeImages == 0 && decay == ema.Decay))
        {
            return header.AveragePrefix;
        }

        var index = header.WeightsOnly ? -1 : ema.Also.ToList().IndexOf(decay.Value);
        return index >= 0 ? Checkpoint.FurtherAverage(index) : throw new RunFailedException(
            $"The checkpoint holds no average with decay {decay}. Leave emaDecay out, or name one of the run's ema.also.",
            FailureKind.Input);
    }

    public void Dispose()
    {
        values.Dispose();
        Network.Dispose();
        Normalizer.Dispose();
    }
}
