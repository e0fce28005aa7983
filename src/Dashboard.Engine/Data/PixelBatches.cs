using Dashboard.Engine.Randomness;
using static TorchSharp.torch;

namespace Dashboard.Engine.Data;

/// <summary>Takes batches out of the memory-mapped cache; bytes go to the device, everything else happens there.</summary>
internal sealed class PixelBatches(ImageCache cache, Device device)
{
    /// <summary>The training images of one epoch in its order: so many shuffles of the split one after the other.</summary>
    public int[] EpochOrder(long runSeed, int epoch, int repetitions)
    {
        var random = SeededRandom.Host(runSeed, RandomPurpose.Order, epoch);
        var order = new int[cache.Training.Count * repetitions];
        for (var repetition = 0; repetition < repetitions; repetition++)
        {
            var part = order.AsSpan(repetition * cache.Training.Count, cache.Training.Count);
            for (var i = 0; i < part.Length; i++)
            {
                part[i] = cache.Training[i];
            }

            random.Shuffle(part);
        }

        return order;
    }

    /// <returns>N×3×S×S bytes, channels-last, on the device.</returns>
    public Tensor Take(ReadOnlySpan<int> indices)
    {
        using var scope = NewDisposeScope();
        var batch = empty([indices.Length, cache.Size, cache.Size, 3], ScalarType.Byte);
        var bytesEach = cache.Size * cache.Size * 3;
        var target = batch.bytes;
        for (var i = 0; i < indices.Length; i++)
        {
            cache.Image(indices[i]).CopyTo(target.Slice(i * bytesEach, bytesEach));
        }

        return batch.to(device).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Label numbers; an image without one, or whose entry in <paramref name="hidden"/> is true, gets the number that stands for
    /// "any".
    /// </summary>
    /// <returns>N, int64, on the device.</returns>
    public Tensor TakeLabels(ReadOnlySpan<int> indices, bool[]? hidden)
    {
        var numbers = new long[indices.Length];
        for (var i = 0; i < indices.Length; i++)
        {
            var label = cache.LabelOf(indices[i]);
            numbers[i] = label < 0 || hidden is not null && hidden[i] ? cache.Labels.Count : label;
        }

        return tensor(numbers, device: device);
    }

    /// <summary>Mirrors the images whose entry is true.</summary>
    public static Tensor Flip(Tensor images, bool[] which)
    {
        using var scope = NewDisposeScope();
        var mask = tensor(which, device: images.device).view(-1, 1, 1, 1);
        return where(mask, images.flip(3), images).MoveToOuterDisposeScope();
    }
}
