namespace Dashboard.Engine.Data.Oxford;

/// <summary>Where Oxford Flowers 102 (Nilsback and Zisserman 2008) is downloaded from, and what must arrive.</summary>
public sealed record OxfordOptions
{
    /// <summary>Ends in a slash.</summary>
    public Uri BaseAddress { get; init; } = new("https://www.robots.ox.ac.uk/~vgg/data/flowers/102/");

    public RemoteFile Images { get; init; } = new("102flowers.tgz", "52808999861908f626f3c1f4e79d11fa");

    public RemoteFile Labels { get; init; } = new("imagelabels.mat", "e0620be6f572b9609742df49c70aed4d");

    public RemoteFile Splits { get; init; } = new("setid.mat", "a5357ecc9cb78c4bef273ce3793fc85c");

    /// <summary>Failures in a row, none of which brought a byte, after which the download is given up.</summary>
    public int Attempts { get; init; } = 6;

    /// <summary>Before the second attempt; doubled each time.</summary>
    public TimeSpan FirstPause { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>A connection that brings nothing for so long counts as lost.</summary>
    public TimeSpan Silence { get; init; } = TimeSpan.FromSeconds(60);
}

/// <param name="Md5">Lower-case hex, Oxford's publisher gives no better hash; null where whoever asked checks the content.</param>
public sealed record RemoteFile(string Name, string? Md5);
