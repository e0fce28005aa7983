using System.Numerics;

namespace Dashboard.Diffusion.Datasets;

/// <param name="Hash">A perceptual hash: pictures that look alike differ in few of its 64 bits.</param>
/// <param name="Validation">Held out.</param>
public sealed record HashedImage(int Index, long Hash, bool Validation);

public sealed record NearDuplicate(int Training, int Validation, int Distance);

/// <param name="Count">Of all pairs.</param>
/// <param name="Pairs">The nearest of them.</param>
public sealed record NearDuplicatesFound(long Count, IReadOnlyList<NearDuplicate> Pairs);

/// <summary>
/// Finds pictures that look the same on both sides of a split. Two hashes that differ in at most n bits agree in at least one of
/// n + 1 bands, so only those that share a band are compared: 100,000 pictures take well under a second, not a pair of each two.
/// </summary>
public static class NearDuplicates
{
    /// <summary>Bits that may differ. Photographs of the same thing, even in a row, differ in more.</summary>
    public const int MostBits = 4;

    private const int Bands = MostBits + 1;
    private const int BandBits = 64 / Bands;

    /// <param name="most">Pairs to name; the rest is only counted.</param>
    public static NearDuplicatesFound AcrossSplit(IReadOnlyList<HashedImage> images, int most)
    {
        // Equal hashes go together, so that a thousand copies of a picture are one comparison.
        var groups = images.GroupBy(image => image.Hash).Select(group => new Group(
            group.Key,
            [.. group.Where(image => !image.Validation).Select(image => image.Index)],
            [.. group.Where(image => image.Validation).Select(image => image.Index)])).ToList();
        var near = groups.Where(group => group.Training.Length > 0 && group.Validation.Length > 0)
            .Select(group => (Training: group, Validation: group, Distance: 0)).ToList();
        for (var band = 0; band < Bands; band++)
        {
            var trained = groups.Where(group => group.Training.Length > 0).ToLookup(group => Band(group.Hash, band));
            foreach (var held in groups.Where(group => group.Validation.Length > 0))
            {
                foreach (var other in trained[Band(held.Hash, band)])
                {
                    var distance = BitOperations.PopCount((ulong)(held.Hash ^ other.Hash));
                    if (distance is > 0 and <= MostBits && FirstCommonBand(held.Hash, other.Hash) == band)
                    {
                        near.Add((other, held, distance));
                    }
                }
            }
        }

        var count = near.Sum(pair => (long)pair.Training.Training.Length * pair.Validation.Validation.Length);
        var named = near.OrderBy(pair => pair.Distance).ThenBy(pair => pair.Validation.Validation[0])
            .SelectMany(pair => pair.Validation.Validation.SelectMany(
                held => pair.Training.Training.Select(trained => new NearDuplicate(trained, held, pair.Distance))))
            .Take(most);
        return new NearDuplicatesFound(count, [.. named]);
    }

    private static int FirstCommonBand(long one, long other) =>
        Enumerable.Range(0, Bands).First(band => Band(one, band) == Band(other, band));

    /// <summary>The last band has the bits that are left over.</summary>
    private static ulong Band(long hash, int band)
    {
        var shifted = (ulong)hash >> (band * BandBits);
        return band == Bands - 1 ? shifted : shifted & ((1UL << BandBits) - 1);
    }

    private sealed record Group(long Hash, int[] Training, int[] Validation);
}
