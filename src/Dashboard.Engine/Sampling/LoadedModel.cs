using Dashboard.Diffusion.Schedules;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Networks;
using Dashboard.Engine.Training;
using static TorchSharp.torch;

namespace Dashboard.Engine.Sampling;

/// <summary>The averaged network of a checkpoint with what is needed to draw from it.</summary>
internal sealed class LoadedModel : IDisposable
{
    private readonly FlatState values;

    private LoadedModel(CheckpointHeader header, ComputeDevice device)
    {
        Header = header;
        using var random = new Generator(0);
        Network = new ResidualUnet(header.Spec.Network, device.Torch, device.Convolutions, random);
        values = new FlatState(Network, withGradients: false);
        Normalizer = new Normalizer(header.Normalizer, device.Torch);
        Drawing = new ImageDrawing(
            Network, Normalizer, NoiseSchedule.From(header.Spec.Schedule), header.Spec.ImageSize, device.Torch);
        Network.eval();
    }

    public CheckpointHeader Header { get; }

    public ImageDrawing Drawing { get; }

    private ResidualUnet Network { get; }

    private Normalizer Normalizer { get; }

    /// <exception cref="Diffusion.Runs.RunFailedException">The file is missing or broken.</exception>
    public static LoadedModel Load(string path, Diffusion.Specs.Device wanted)
    {
        var (file, header) = Checkpoint.Open(path);
        using (file)
        {
            var model = new LoadedModel(header, ComputeDevice.Choose(wanted, header.Spec.Precision));
            try
            {
                IReadOnlyList<FlatState.Slot> slots = [.. model.values.ParameterSlots, .. model.values.StatisticSlots];
                Checkpoint.Restore(path, file, new CheckpointPart(Checkpoint.Average, slots, model.values.Values));
                return model;
            }
            catch
            {
                model.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        values.Dispose();
        Network.Dispose();
        Normalizer.Dispose();
    }
}
