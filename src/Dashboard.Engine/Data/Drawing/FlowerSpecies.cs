namespace Dashboard.Engine.Data.Drawing;

internal enum FlowerForm
{
    /// <summary>Petals around an open centre.</summary>
    Open,

    /// <summary>Petals that hide the centre, each layer smaller and darker.</summary>
    Filled,

    /// <summary>Seen from the side, petals upright.</summary>
    Cup,
}

/// <summary>The outline of a petal of length 1.</summary>
/// <param name="Width">Half the width at its widest.</param>
/// <param name="Belly">Where it is widest: 0 at the centre, 1 at the tip.</param>
/// <param name="Sharpness">0 round, 1 pointed.</param>
/// <param name="Notch">How deep the tip is cut in.</param>
internal sealed record PetalShape(float Width, float Belly, float Sharpness, float Notch = 0);

/// <param name="Low">Inclusive.</param>
/// <param name="High">Exclusive for whole numbers.</param>
internal readonly record struct Range(float Low, float High)
{
    public float Pick(Random random) => Low + ((High - Low) * random.NextSingle());

    public int PickWhole(Random random) => random.Next((int)Low, (int)High);
}

/// <summary>What the flowers of one label have in common. Hues are degrees; saturation and lightness are percent.</summary>
/// <param name="Centre">Radius of the centre, of the flower's radius.</param>
internal sealed record FlowerSpecies(
    string Name,
    FlowerForm Form,
    Range Petals,
    Range Layers,
    PetalShape Petal,
    Range[] Hues,
    Range Saturation,
    Range Lightness,
    float Centre,
    Range CentreHue,
    Range CentreLightness)
{
    public static IReadOnlyList<FlowerSpecies> All { get; } =
    [
        new("anemone", FlowerForm.Open, new(6, 9), new(1, 2), new(0.42f, 0.6f, 0.15f),
            [new(255, 285), new(325, 345), new(215, 235)],
            new(55, 85), new(48, 68), 0.24f, new(230, 260), new(12, 22)),
        new("cornflower", FlowerForm.Open, new(9, 13), new(2, 3), new(0.24f, 0.85f, 0.1f, 0.3f), [new(218, 240)],
            new(70, 90), new(45, 62), 0.2f, new(275, 300), new(28, 40)),
        new("daisy", FlowerForm.Open, new(14, 24), new(1, 3), new(0.16f, 0.7f, 0.15f), [new(40, 60), new(330, 350)],
            new(10, 45), new(92, 97), 0.27f, new(42, 52), new(48, 56)),
        new("forget-me-not", FlowerForm.Open, new(5, 6), new(1, 2), new(0.52f, 0.75f, 0), [new(200, 222)],
            new(65, 90), new(62, 76), 0.17f, new(46, 56), new(55, 65)),
        new("lily", FlowerForm.Open, new(6, 7), new(1, 2), new(0.24f, 0.5f, 0.9f), [new(15, 35), new(320, 340), new(48, 56)],
            new(75, 95), new(58, 80), 0.09f, new(70, 95), new(35, 45)),
        new("poppy", FlowerForm.Open, new(4, 6), new(1, 3), new(0.68f, 0.8f, 0), [new(0, 14), new(24, 36)],
            new(82, 96), new(44, 56), 0.2f, new(80, 110), new(14, 24)),
        new("rose", FlowerForm.Filled, new(6, 9), new(4, 6), new(0.55f, 0.7f, 0.1f), [new(340, 358), new(18, 30), new(48, 54)],
            new(60, 90), new(48, 72), 0, new(0, 1), new(30, 40)),
        new("sunflower", FlowerForm.Open, new(15, 22), new(2, 3), new(0.17f, 0.5f, 0.8f), [new(42, 52)],
            new(88, 98), new(50, 58), 0.42f, new(22, 34), new(14, 26)),
        new("tulip", FlowerForm.Cup, new(5, 6), new(1, 2), new(0.4f, 0.45f, 0.6f),
            [new(345, 360), new(40, 52), new(290, 310), new(14, 24)],
            new(65, 92), new(46, 66), 0, new(0, 1), new(30, 40)),
    ];
}
