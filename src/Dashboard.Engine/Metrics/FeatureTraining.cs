using System.Diagnostics;
using System.Globalization;
using Dashboard.Engine.Checkpoints;
using Dashboard.Engine.Devices;
using Dashboard.Engine.Networks;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Dashboard.Engine.Metrics;

/// <summary>
/// Trains the feature network of the embedded extractor on CIFAR-10; the same seed on the same machine gives the same file.
/// </summary>
public static class FeatureTraining
{
    private const int BatchSize = 128;
    private const int EvaluationBatchSize = 500;
    private const double PeakLearningRate = 0.1;
    private const double Momentum = 0.9;
    private const double WeightDecay = 5e-4;
    private const double LabelSmoothing = 0.1;
    private const int Shift = 4;

    /// <param name="zipFile">CIFAR-10 as <c>train/class/*.jpg</c> and <c>test/class/*.jpg</c>.</param>
    /// <param name="outputFile">Where the weights go, as half-precision safetensors with the accuracy in their metadata.</param>
    /// <returns>Share of the test split that is classified correctly.</returns>
    public static double Run(string zipFile, string outputFile, int epochs, long seed, Action<string> log, CancellationToken stop)
    {
        var train = LabelledPictures.Read(zipFile, "train", FeatureNetwork.ImageSize);
        var test = LabelledPictures.Read(zipFile, "test", FeatureNetwork.ImageSize);
        log($"{train.Count} training and {test.Count} test pictures");

        var device = ComputeDevice.Choose(Diffusion.Specs.Device.Cpu, Diffusion.Specs.Precision.Auto);
        using var random = new Generator((ulong)seed);
        using var network = new FeatureNetwork(random);
        using var state = new FlatState(network, withGradients: true);
        using var velocity = zeros_like(state.Gradients!);
        var shuffler = new Random((int)seed);
        var order = Enumerable.Range(0, train.Count).ToArray();
        var stepsPerEpoch = train.Count / BatchSize;
        var accuracy = 0.0;
        var watch = Stopwatch.StartNew();

        for (var epoch = 0; epoch < epochs; epoch++)
        {
            network.train();
            shuffler.Shuffle(order);
            using var lossSum = zeros(1);
            for (var step = 0; step < stepsPerEpoch; step++)
            {
                stop.ThrowIfCancellationRequested();
                using var scope = NewDisposeScope();
                var (images, labels) = Augmented(train, order.AsSpan(step * BatchSize, BatchSize), shuffler);
                var rate = LearningRate((epoch * stepsPerEpoch) + step, epochs * stepsPerEpoch);
                lossSum.add_(Step(network, state, velocity, images.to(device.Convolutions), labels, rate));
                if (epoch == 0 && step == 50)
                {
                    log(string.Create(
                        CultureInfo.InvariantCulture, $"{50 * BatchSize / watch.Elapsed.TotalSeconds:F0} pictures/s"));
                }
            }

            accuracy = Accuracy(network, test, device.Convolutions);
            log(string.Create(CultureInfo.InvariantCulture,
                $"epoch {epoch + 1}/{epochs}: loss {lossSum.item<float>() / stepsPerEpoch:F4}, test accuracy {accuracy:P2}, "
                    + $"{watch.Elapsed:hh\\:mm\\:ss}"));
        }

        Save(outputFile, state, new Dictionary<string, string>
        {
            ["description"] = "Residual classifier of CIFAR-10, 32x32; its pooled last feature map is the embedded "
                + "KID extractor.",
            ["test_accuracy"] = accuracy.ToString("F4", CultureInfo.InvariantCulture),
            ["seed"] = seed.ToString(CultureInfo.InvariantCulture),
            ["epochs"] = epochs.ToString(CultureInfo.InvariantCulture),
            ["command"] = $"Dashboard.Worker train-features cifar10.zip --epochs {epochs} --seed {seed}",
        });
        return accuracy;
    }

    /// <summary>One step of SGD with Nesterov momentum over the flat vectors.</summary>
    private static Tensor Step(
        FeatureNetwork network, FlatState state, Tensor velocity, Tensor images, Tensor labels, double rate)
    {
        var logProbabilities = functional.log_softmax(network.forward(images), 1);
        var chosen = logProbabilities.gather(1, labels.unsqueeze(1)).mean();
        var loss = -((1 - LabelSmoothing) * chosen) - (LabelSmoothing * logProbabilities.mean());
        state.Gradients!.zero_();
        loss.backward();

        using var gradientsOff = no_grad();
        state.Gradients.add_(state.Parameters, alpha: WeightDecay);
        velocity.mul_(Momentum).add_(state.Gradients);
        state.Parameters.add_(state.Gradients, alpha: -rate).add_(velocity, alpha: -rate * Momentum);
        return loss.detach();
    }

    /// <summary>Up over the first fifth of the steps, then straight down to zero.</summary>
    private static double LearningRate(int step, int steps)
    {
        var peak = steps / 5.0;
        return PeakLearningRate * (step < peak ? (step + 1) / peak : (steps - step) / (steps - peak));
    }

    /// <summary>A batch with random shifts of up to four pixels and flips.</summary>
    private static (Tensor Images, Tensor Labels) Augmented(LabelledPictures pictures, ReadOnlySpan<int> indices, Random random)
    {
        var size = pictures.Size;
        var pixels = new byte[indices.Length * size * size * 3];
        var labels = new long[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            labels[i] = pictures.Labels[indices[i]];
            var (dx, dy, flip) = (random.Next(-Shift, Shift + 1), random.Next(-Shift, Shift + 1), random.Next(2) == 1);
            var source = pictures.Pixels.AsSpan(indices[i] * size * size * 3, size * size * 3);
            var target = pixels.AsSpan(i * size * size * 3, size * size * 3);
            for (var y = 0; y < size; y++)
            {
                var fromRow = Mirrored(y + dy, size) * size;
                for (var x = 0; x < size; x++)
                {
                    var from = fromRow + Mirrored((flip ? size - 1 - x : x) + dx, size);
                    source.Slice(from * 3, 3).CopyTo(target[(((y * size) + x) * 3)..]);
                }
            }
        }

        return (EmbeddedFeatures.FromPixels(pixels, indices.Length), tensor(labels));
    }

    private static int Mirrored(int position, int size) =>
        position < 0 ? -position : position >= size ? (2 * size) - 2 - position : position;

    private static double Accuracy(FeatureNetwork network, LabelledPictures test, ScalarType type)
    {
        using var gradientsOff = no_grad();
        network.eval();
        var right = 0L;
        var bytesEach = test.Size * test.Size * 3;
        for (var first = 0; first < test.Count; first += EvaluationBatchSize)
        {
            using var scope = NewDisposeScope();
            var count = Math.Min(EvaluationBatchSize, test.Count - first);
            var images = EmbeddedFeatures.FromPixels(test.Pixels.AsSpan(first * bytesEach, count * bytesEach).ToArray(), count);
            var guessed = network.forward(images.to(type)).argmax(1);
            right += guessed.eq(tensor(test.Labels.Skip(first).Take(count).Select(label => (long)label).ToArray()))
                .sum().item<long>();
        }

        return (double)right / test.Count;
    }

    private static void Save(string file, FlatState state, Dictionary<string, string> metadata)
    {
        using var scope = NewDisposeScope();
        using var gradientsOff = no_grad();
        var tensors = state.ParameterSlots.Concat(state.StatisticSlots)
            .Select(slot => new NamedTensor(slot.Name, FlatState.View(state.Values, slot).to(ScalarType.Float16)))
            .ToList();
        SafeTensorsWriter.Write(file, tensors, metadata);
    }
}
