using System.Diagnostics;
using System.Numerics;
using Dashboard.Diffusion.Datasets;

namespace Dashboard.Diffusion.Tests;

public sealed class NearDuplicatesTests
{
    [Fact]
    public void Every_pair_across_the_split_is_found_and_none_within_a_side()
    {
        var random = new Random(1);
        var images = new List<HashedImage>();
        for (var i = 0; i < 3000; i++)
        {
            // A third is another image with a few bits changed, wherever they lie.
            var hash = i % 3 == 2 ? Change(images[random.Next(i)].Hash, random.Next(8), random) : random.NextInt64();
            images.Add(new HashedImage(i, hash, random.Next(5) == 0));
        }

        var found = NearDuplicates.AcrossSplit(images, int.MaxValue);

        var expected = from held in images
                       where held.Validation
                       from trained in images
                       where !trained.Validation
                       let distance = BitOperations.PopCount((ulong)(held.Hash ^ trained.Hash))
                       where distance <= NearDuplicates.MostBits
                       select new NearDuplicate(trained.Index, held.Index, distance);
        Assert.Equal(expected.ToHashSet(), found.Pairs.ToHashSet());
        Assert.Equal(found.Pairs.Count, found.Count);
        Assert.True(found.Count > 50, $"only {found.Count}");
        Assert.Equal(found.Pairs.Select(pair => pair.Distance).Order(), found.Pairs.Select(pair => pair.Distance));
    }

    [Fact]
    public void A_hundred_thousand_images_take_seconds_and_copies_of_one_picture_are_counted_without_listing_them()
    {
        var random = new Random(2);
        var images = Enumerable.Range(0, 100_000)
            .Select(i => new HashedImage(i, i % 10 == 0 ? 42 : random.NextInt64(), i % 5 == 0)).ToList();
        images.Add(new HashedImage(100_000, 42, false));

        var watch = Stopwatch.StartNew();
        var found = NearDuplicates.AcrossSplit(images, 60);

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(10), $"{watch.Elapsed}");
        Assert.Equal(10_000, found.Count);
        Assert.Equal(60, found.Pairs.Count);
    }

    [Fact]
    public void Nothing_is_found_where_there_is_nothing()
    {
        Assert.Equal(0, NearDuplicates.AcrossSplit([], 10).Count);
        Assert.Empty(NearDuplicates.AcrossSplit([new(0, 1, true), new(1, 1, true), new(2, -1, false)], 10).Pairs);
    }

    private static long Change(long hash, int bits, Random random)
    {
        for (var i = 0; i < bits; i++)
        {
            hash ^= 1L << random.Next(64);
        }

        return hash;
    }
}
