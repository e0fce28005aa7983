using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Dashboard.Engine.Networks;

/// <summary>
/// Moves a network's parameters and then its statistics (BatchNorm) into one flat fp32 vector of which they become views, so that
/// the optimizer and the moving average are a few operations over one tensor instead of a dozen for each of eighty.
/// </summary>
internal sealed class FlatState : IDisposable
{
    /// <param name="Offset">Elements from the vector's start.</param>
    public sealed record Slot(string Name, long[] Shape, long Offset, long Length);

    /// <summary>The network must be on its final device already.</summary>
    /// <param name="withGradients">Also gives every parameter a gradient that is a view of <see cref="Gradients"/>.</param>
    public FlatState(nn.Module network, bool withGradients)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var parameters = network.named_parameters().ToList();
        var statistics = network.named_buffers().Where(buffer => buffer.buffer.dtype == ScalarType.Float32).ToList();
        var device = parameters[0].parameter.device;

        long offset = 0;
        Slot Reserve(string name, Tensor tensor)
        {
            var slot = new Slot(name, tensor.shape, offset, tensor.numel());
            offset += slot.Length;
            return slot;
        }

        ParameterSlots = [.. parameters.Select(p => Reserve(p.name, p.parameter))];
        var parameterCount = offset;
        StatisticSlots = [.. statistics.Select(b => Reserve(b.name, b.buffer))];

        Values = empty(offset, device: device).DetachFromDisposeScope();
        Parameters = Values.narrow(0, 0, parameterCount).DetachFromDisposeScope();
        Gradients = withGradients ? zeros(parameterCount, device: device).DetachFromDisposeScope() : null;

        foreach (var (slot, parameter) in ParameterSlots.Zip(parameters.Select(p => p.parameter)))
        {
            Adopt(slot, parameter);
            if (Gradients is not null)
            {
                parameter.grad = View(Gradients, slot);
            }
        }

        foreach (var (slot, buffer) in StatisticSlots.Zip(statistics.Select(b => b.buffer)))
        {
            Adopt(slot, buffer);
        }
    }

    /// <summary>Parameters, then statistics.</summary>
    public Tensor Values { get; }

    /// <summary>The trainable part of <see cref="Values"/>.</summary>
    public Tensor Parameters { get; }

    /// <summary>Gradients in the order of <see cref="Parameters"/>; null for a network that is not trained.</summary>
    public Tensor? Gradients { get; }

    public IReadOnlyList<Slot> ParameterSlots { get; }

    public IReadOnlyList<Slot> StatisticSlots { get; }

    /// <summary>The slot's part of a vector laid out like <see cref="Values"/>, in the slot's shape.</summary>
    public static Tensor View(Tensor vector, Slot slot) =>
        TensorLayout.View(vector.narrow(0, slot.Offset, slot.Length), slot.Shape);

    public void Dispose()
    {
        Gradients?.Dispose();
        Parameters.Dispose();
        Values.Dispose();
    }

    private void Adopt(Slot slot, Tensor tensor)
    {
        var view = View(Values, slot);
        view.copy_(tensor.detach());
        tensor.set_(view);
    }
}
