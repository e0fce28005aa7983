using Dashboard.Engine.Data;

namespace Dashboard.Engine.Tests.Data;

public sealed class SplitTests
{
    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(2, 2, 2)]
    [InlineData(3, 2, 40)]
    [InlineData(100, 1, 30)]
    public void Every_label_with_two_images_is_on_both_sides_and_one_with_one_is_trained_on(int rare, int each, int frequent)
    {
        var images = Enumerable.Range(0, rare).SelectMany(label => Enumerable.Repeat($"rare{label}", each))
            .Concat(Enumerable.Repeat("frequent", frequent))
            .Select((label, i) => new SplitCandidate(Hash(i), label, null)).ToList();

        var held = Split.HeldOut(images);

        foreach (var label in images.GroupBy(image => image.Label))
        {
            var heldOut = label.Count(image => held.Contains(image.Sha256));
            if (label.Count() > 1)
            {
                Assert.InRange(heldOut, 1, label.Count() - 1);
            }
            else if (frequent > 1)
            {
                Assert.Equal(0, heldOut);
            }
        }

        Assert.Equal(held.Order(), Split.HeldOut([.. images.AsEnumerable().Reverse()]).Order());
    }

    [Fact]
    public void Labels_that_are_on_both_sides_anyway_change_nothing()
    {
        // What earlier versions held out: a fifth, the smallest hashes.
        var images = Enumerable.Range(0, 200).Select(i => new SplitCandidate(Hash(i), $"label{i % 3}", null)).ToList();
        Assert.Equal(images.Select(i => i.Sha256).Order(StringComparer.Ordinal).Take(40), Split.HeldOut(images).Order());

        var unlabelled = images.Select(image => image with { Label = null }).ToList();
        Assert.Equal(Split.HeldOut(images).Order(), Split.HeldOut(unlabelled).Order());
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(2, 1)]
    [InlineData(30, 6)]
    public void Images_that_each_have_a_label_of_their_own_are_split_as_if_they_had_none(int count, int expected)
    {
        var images = Enumerable.Range(0, count).Select(i => new SplitCandidate(Hash(i), $"label{i}", null)).ToList();
        Assert.Equal(expected, Split.HeldOut(images).Count);
    }

    [Fact]
    public void A_split_that_the_source_brings_is_kept()
    {
        var images = Enumerable.Range(0, 40)
            .Select(i => new SplitCandidate(Hash(i), "rose", i < 20 ? i % 2 == 0 : null)).ToList();
        var held = Split.HeldOut(images);
        Assert.DoesNotContain(images.Take(20), image => held.Contains(image.Sha256));
        Assert.Equal(4, held.Count);
    }

    private static string Hash(int number) =>
        Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(BitConverter.GetBytes(number)));
}
