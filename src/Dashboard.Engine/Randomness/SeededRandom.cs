using static TorchSharp.torch;

namespace Dashboard.Engine.Randomness;

/// <summary>What random numbers are for: equal seeds of different purposes have nothing to do with each other.</summary>
internal enum RandomPurpose
{
    InitialWeights = 1,
    Order = 2,
    TrainingStep = 3,
    Validation = 4,
    Kid = 5,
    Augmentation = 6,
    HiddenLabels = 7,
    Dropout = 8,
}

/// <summary>
/// Randomness as a function of (run seed, purpose, index) instead of a generator that is carried along: a resumed run draws what
/// an uninterrupted one would, without any generator's state in the checkpoint.
/// </summary>
internal static class SeededRandom
{
    public static ulong SeedOf(long runSeed, RandomPurpose purpose, long index = 0) =>
        Mix(Mix(Mix((ulong)runSeed) ^ (ulong)purpose) ^ (ulong)index);

    /// <summary>A source of host numbers; .NET keeps the sequence of a seed stable.</summary>
    public static Random Host(long runSeed, RandomPurpose purpose, long index = 0) =>
        new((int)(SeedOf(runSeed, purpose, index) >> 33));

    /// <summary>Seeds the generators that operations take which can't be given one: dropout's.</summary>
    public static void SeedDefault(ulong seed)
    {
        using var generator = manual_seed((long)(seed >> 1));
        if (cuda.is_available())
        {
            cuda.manual_seed_all((long)(seed >> 1));
        }
    }

    /// <summary>Standard normal values in channels-last memory, drawn on the device.</summary>
    public static Tensor Noise(ulong seed, long images, int size, Device device)
    {
        using var scope = NewDisposeScope();
        long[] shape = [images, size, size, 3];
        if (device.type == TorchSharp.DeviceType.CUDA)
        {
            // TorchSharp has no CUDA generators, so the default one of the device is seeded before every draw.
            cuda.manual_seed_all((long)(seed >> 1));
            return empty(shape, device: device).normal_().permute(0, 3, 1, 2).MoveToOuterDisposeScope();
        }

        // Not randn: when its allocation fails, TorchSharp returns an invalid tensor, and using that ends the process.
        using var generator = new Generator(seed);
        return empty(shape).normal_(generator: generator).permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    /// <summary>SplitMix64 (Steele, Lea &amp; Flood 2014): every input bit changes half of the output's.</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
