using System.Text;
using Dashboard.Formats.Labels;

namespace Dashboard.Formats.Tests;

public sealed class PackLabelsTests
{
    [Fact]
    public void Labels_of_folders_are_found_and_named_by_the_folder_and_by_what_it_shall_be_called()
    {
        var options = new LabelOptions { Rename = new Dictionary<string, string> { ["a"] = "x" }, LeaveOut = ["b"] };

        var labels = PackLabels.Of([Name("a/1.jpg"), Name("b/2.jpg"), Name("3.jpg")], options, hasFolders: true);

        Assert.Equal(["a", "b", null], labels.Images.Select(image => image.Folder));
        Assert.Equal(["x", "b", null], labels.Images.Select(image => image.Verdict.Label));
        Assert.Equal([false, true, false], labels.Images.Select(image => image.Verdict.IsLeftOut));
        Assert.Null(labels.Findings.NameEncoding);
        Assert.False(labels.Findings.CanSplit);
    }

    [Fact]
    public void A_source_s_own_labels_are_renamed_left_out_or_taken_away()
    {
        PackName[] images = [new("0.png", null, "rose"), new("1.png", null, "tulip"), new("2.png", null, null)];
        var options = new LabelOptions { Rename = new Dictionary<string, string> { ["rose"] = "Rosa" }, LeaveOut = ["tulip"] };

        var labels = PackLabels.Of(images, options, hasFolders: false);

        Assert.Equal(["Rosa", "tulip", null], labels.Images.Select(image => image.Verdict.Label));
        Assert.Equal([false, true, false], labels.Images.Select(image => image.Verdict.IsLeftOut));
        Assert.Equal(["rose", "tulip"], labels.Findings.Labels.Select(label => label.Name));
        var none = PackLabels.Of(images, new LabelOptions { Level = 0 }, hasFolders: false);
        Assert.All(none.Images, image => Assert.Null(image.Verdict.Label));
    }

    [Theory]
    [InlineData(null, "Möhre", "ibm850")]
    [InlineData("windows-1252", "M”hre", "windows-1252")]
    public void Names_are_read_by_the_encoding_that_is_chosen(string? chosen, string label, string used)
    {
        byte[] bytes = [.. "M"u8, 0x94, .. "hre/1.jpg"u8];

        var labels = PackLabels.Of(
            [new PackName("?/1.jpg", bytes, null), Name("b/2.jpg")], new LabelOptions { NameEncoding = chosen },
            hasFolders: true);

        Assert.Equal([label, "b"], labels.Images.Select(image => image.Verdict.Label));
        Assert.Equal(used, labels.Findings.NameEncoding);
    }

    [Theory]
    [InlineData(true, "train/a/1.jpg", "val/a/2.jpg")]
    [InlineData(true, "a/1.jpg", "test/2.jpg")]
    [InlineData(false, "train/a/1.jpg", "train/b/2.jpg")]
    [InlineData(false, "val/a/1.jpg", "test/b/2.jpg")]
    [InlineData(false, "a/1.jpg", "b/2.jpg")]
    public void Folders_split_only_where_both_sides_get_something(bool can, params string[] names) => Assert.Equal(
        can, PackLabels.Of([.. names.Select(Name)], new LabelOptions(), hasFolders: true).Findings.CanSplit);

    [Fact]
    public async Task An_index_of_any_version_tells_its_names()
    {
        var folder = Directory.CreateTempSubdirectory("labels-").FullName;
        var bytes = Convert.ToBase64String(Encoding.UTF8.GetBytes("raw"));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "images.json"),
            $$"""
            {"fingerprint":"f","images":[{"name":"a/1.png","label":"a","offset":0,"length":1},
            {"name":"b","label":"x","ownLabel":"b","nameBytes":"{{bytes}}","fullName":"b\u0001"}]}
            """,
            TestContext.Current.CancellationToken);

        var names = await PackNames.ReadAsync(folder, TestContext.Current.CancellationToken);

        Directory.Delete(folder, recursive: true);
        Assert.Equal(["a/1.png", "b\u0001"], names.Select(name => name.Name));
        Assert.Equal(["a", "b"], names.Select(name => name.Label));
        Assert.Equal("raw"u8.ToArray(), names[1].Bytes);
    }

    private static PackName Name(string name) => new(name, null, null);
}
