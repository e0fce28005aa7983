using Dashboard.Engine.Downloads;

namespace Dashboard.Engine.Data.Oxford;

/// <summary>
/// Where Oxford Flowers 102 (Nilsback and Zisserman 2008) is downloaded from. Its publisher gives no better hash than MD5.
/// </summary>
public sealed record OxfordOptions
{
    /// <summary>Ends in a slash.</summary>
    public Uri BaseAddress { get; init; } = new("https://www.robots.ox.ac.uk/~vgg/data/flowers/102/");

    public RemoteFile Images { get; init; } = new("102flowers.tgz", "52808999861908f626f3c1f4e79d11fa");

    public RemoteFile Labels { get; init; } = new("imagelabels.mat", "e0620be6f572b9609742df49c70aed4d");

    public RemoteFile Splits { get; init; } = new("setid.mat", "a5357ecc9cb78c4bef273ce3793fc85c");

    public DownloadOptions Download { get; init; } = new();
}
