namespace Dashboard.Engine.Imaging;

/// <summary>What is worth telling of a picture besides its pixels.</summary>
[Flags]
public enum PictureTraits
{
    None = 0,

    /// <summary>At least one pixel is not opaque, so the background shows.</summary>
    Transparent = 1,

    /// <summary>It has more frames than the first.</summary>
    Animated = 2,

    /// <summary>Its colours were converted from another profile to sRGB.</summary>
    Converted = 4,

    /// <summary>It was turned by an orientation that the first rendering does not read.</summary>
    Turned = 8,
}
