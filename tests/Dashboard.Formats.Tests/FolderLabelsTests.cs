using Dashboard.Formats.Labels;

namespace Dashboard.Formats.Tests;

public sealed class FolderLabelsTests
{
    [Theory]
    [InlineData("a flat folder", "1.jpg:- 2.jpg:-")]
    [InlineData("one class is none", "rose/1.jpg:- rose/2.jpg:-")]
    [InlineData("the parent", "rose/1.jpg:rose tulip/2.jpg:tulip")]
    [InlineData("one folder around", "x/rose/1.jpg:rose x/tulip/2.jpg:tulip")]
    [InlineData("several around", "a/b/rose/1.jpg:rose a/b/tulip/2.jpg:tulip")]
    [InlineData("a leading dot", "./rose/1.jpg:rose ./tulip/2.jpg:tulip")]
    [InlineData("a stray file", "x/rose/1.jpg:rose x/tulip/2.jpg:tulip logo.png:-")]
    [InlineData("files that are no images", "rose/1.jpg:rose tulip/2.jpg:tulip notes/a.txt:notes")]
    [InlineData("annotations beside", "JPEGImages/1.jpg:- JPEGImages/2.jpg:- Annotations/1.xml:-")]
    [InlineData("no endings", "rose/1:rose tulip/2:tulip")]
    [InlineData("images below each class", "n1/images/1.jpg:n1 n2/images/2.jpg:n2")]
    [InlineData("anything below each class", "n1/raw/1.jpg:n1 n2/raw/2.jpg:n2")]
    [InlineData("the same parts in each class", "p1/left/1.jpg:p1 p1/right/2.jpg:p1 p2/left/3.jpg:p2 p2/right/4.jpg:p2")]
    [InlineData("numbered parts", "cat/batch1/1.jpg:cat cat/batch2/2.jpg:cat dog/batch3/3.jpg:dog dog/batch4/4.jpg:dog")]
    [InlineData("dates", "cat/2021-01-02/1.jpg:cat cat/2021-01-03/2.jpg:cat dog/2021-01-04/3.jpg:dog")]
    [InlineData("groups of classes", "pets/cat/1.jpg:cat pets/dog/2.jpg:dog wild/lion/3.jpg:lion wild/wolf/4.jpg:wolf")]
    [InlineData("one class divided", "rose/1.jpg:rose rose/2.jpg:rose tulip/red/3.jpg:tulip tulip/blue/4.jpg:tulip")]
    [InlineData("train and val", "train/rose/1.jpg:rose:t train/tulip/2.jpg:tulip:t val/rose/3.jpg:rose:v")]
    [InlineData("valid and test", "d/train/a/1.jpg:a:t d/valid/b/2.jpg:b:v d/test/a/3.jpg:a:v")]
    [InlineData("other spelling", "Training/a/1.jpg:a:t Validation/b/2.jpg:b:v TEST/b/3.jpg:b:v")]
    [InlineData("class first", "rose/train/1.jpg:rose:t rose/test/2.jpg:rose:v tulip/train/3.jpg:tulip:t")]
    [InlineData("a flat test", "train/a/1.jpg:a:t train/b/2.jpg:b:t test/3.jpg:-:v test/4.jpg:-:v")]
    [InlineData("a flat test beside classes", "a/1.jpg:a:t b/2.jpg:b:t test/3.jpg:-:v")]
    [InlineData("only splits", "train/1.jpg:-:t test/2.jpg:-:v")]
    [InlineData("tiny imagenet", "t/train/n1/images/1.jpg:n1:t t/train/n2/images/2.jpg:n2:t t/val/images/3.jpg:-:v")]
    [InlineData("years", "train2017/1.jpg:-:t val2017/2.jpg:-:v")]
    [InlineData("a class of trains", "bus/1.jpg:bus car/2.jpg:car train/3.jpg:train")]
    [InlineData("a name that begins like a split", "trainer/1.jpg:trainer testament/2.jpg:testament")]
    public void The_level_that_tells_classes_apart_is_the_label(string what, string cases)
    {
        var expected = cases.Split(' ').Select(c => c.Split(':')).ToList();
        var labels = FolderLabels.Of(expected.Select(e => e[0]), new LabelOptions { UseSplits = true });

        foreach (var e in expected)
        {
            var verdict = labels.For(e[0]);
            Assert.True((verdict.Label ?? "-") == e[1], $"{what}: {e[0]} is {verdict.Label}");
            Assert.Equal(e is [_, _, var split] ? split == "v" : null, verdict.Validation);
        }
    }

    [Fact]
    public void Unasked_nothing_is_held_out_by_a_folder()
    {
        var labels = FolderLabels.Of(["train/a/1.jpg", "val/b/2.jpg"]);

        Assert.Null(labels.For("val/b/2.jpg").Validation);
        Assert.Equal(new SplitCounts(1, 1, 0), labels.Findings.Splits);
    }

    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "x")]
    [InlineData(2, "train val")]
    [InlineData(3, "a b")]
    [InlineData(4, "")]
    public void A_person_may_name_the_level(int level, string expected)
    {
        var labels = FolderLabels.Of(["x/train/a/1.jpg", "x/val/b/2.jpg", "x/3.jpg"], new LabelOptions { Level = level });

        Assert.Equal(expected, string.Join(' ', labels.Findings.Labels.Select(label => label.Name)));
    }

    [Fact]
    public void All_levels_are_told_with_their_folders()
    {
        var found = FolderLabels.Of(["x/a/1.jpg", "x/a/2.jpg", "x/b/3.jpg"]).Findings;

        Assert.Equal(2, found.Level);
        Assert.Equal([new FolderCount("a", 2), new FolderCount("b", 1)], found.Labels);
        Assert.Equal([1, 2], found.Levels.Select(level => level.Count));
        Assert.False(found.Splits.Any);
    }

    [Fact]
    public void Labels_are_renamed_merged_and_left_out_by_the_folder_s_own_name()
    {
        var labels = FolderLabels.Of(
            ["a/1.jpg", "b/2.jpg", "c/3.jpg"],
            new LabelOptions { Rename = new Dictionary<string, string> { ["a"] = "x", ["b"] = "x" }, LeaveOut = ["c"] });

        Assert.Equal(new FolderVerdict("x", null, false), labels.For("a/1.jpg"));
        Assert.Equal(new FolderVerdict("x", null, false), labels.For("b/2.jpg"));
        Assert.Equal(new FolderVerdict("c", null, true), labels.For("c/3.jpg"));
    }
}
