using static TorchSharp.torch;

namespace Dashboard.Engine.Checkpoints;

internal sealed record NamedTensor(string Name, Tensor Value);
