using SkiaSharp;

namespace Dashboard.Engine.Data.Drawing;

/// <summary>Draws one flower head around (0, 0). Everything that varies comes from the random numbers that it is given.</summary>
internal sealed class FlowerPainter(SKCanvas canvas, FlowerSpecies species, Random random)
{
    private readonly float hue = species.Hues[random.Next(species.Hues.Length)].Pick(random);
    private readonly float saturation = species.Saturation.Pick(random);
    private readonly float lightness = species.Lightness.Pick(random);

    // The tips of some flowers are lighter than their hearts, of others darker.
    private readonly float towardsTip = (random.NextSingle() * 20) - 8;

    /// <param name="radius">From the centre to the tips.</param>
    public void Draw(float radius)
    {
        canvas.Save();
        switch (species.Form)
        {
            case FlowerForm.Cup:
                canvas.RotateDegrees((random.NextSingle() * 30) - 15);
                DrawCup(radius);
                break;
            default:
                Tilt();
                DrawLayers(radius);
                break;
        }

        canvas.Restore();
    }

    /// <summary>Turns the head away from the viewer, which makes its circle an ellipse.</summary>
    private void Tilt()
    {
        var direction = random.NextSingle() * 360;
        canvas.RotateDegrees(direction);
        canvas.Scale(1, 0.68f + (0.32f * random.NextSingle()));
        canvas.RotateDegrees((random.NextSingle() * 360) - direction);
    }

    private void DrawLayers(float radius)
    {
        var petals = species.Petals.PickWhole(random);
        var layers = species.Layers.PickWhole(random);
        for (var layer = 0; layer < layers; layer++)
        {
            var filled = species.Form == FlowerForm.Filled;
            var length = radius * (filled ? 1 - (0.82f * layer / layers) : 1 - (0.14f * layer));
            var count = filled ? Math.Max(3, petals - layer) : petals;
            var shade = filled ? -16f * layer / layers : -5f * (layers - 1 - layer);
            var turn = layer * (filled ? 137.5f : 180f / count);
            for (var petal = 0; petal < count; petal++)
            {
                canvas.Save();
                canvas.RotateDegrees(turn + (360f * petal / count) + ((random.NextSingle() - 0.5f) * 140 / count * 0.3f));
                DrawPetal(length * (0.93f + (0.12f * random.NextSingle())), shade + ((random.NextSingle() - 0.5f) * 5));
                canvas.Restore();
            }
        }

        if (species.Centre > 0)
        {
            DrawCentre(radius * species.Centre * (0.88f + (0.24f * random.NextSingle())));
        }
    }

    /// <summary>A tulip: petals behind, then those in front, all upright and leaning a little.</summary>
    private void DrawCup(float radius)
    {
        canvas.Translate(0, radius * 0.75f);
        foreach (var (lean, shade) in new[] { (-16f, -12f), (16f, -12f), (-24f, -2f), (24f, -2f), (0f, 4f) })
        {
            canvas.Save();
            canvas.RotateDegrees(lean + ((random.NextSingle() - 0.5f) * 8));
            DrawPetal(radius * 1.55f * (0.94f + (0.1f * random.NextSingle())), shade);
            canvas.Restore();
        }
    }

    /// <summary>One petal from (0, 0) upwards, with a gradient along it, a soft edge and a vein.</summary>
    private void DrawPetal(float length, float shade)
    {
        using var outline = Outline(species.Petal, length);
        var heart = Colour(hue, lightness + shade - (towardsTip / 2));
        var tip = Colour(hue + (towardsTip / 2), lightness + shade + towardsTip);
        using var shader = SKShader.CreateLinearGradient(
            new SKPoint(0, -length * 0.1f), new SKPoint(0, -length), [heart, tip], [0, 1], SKShaderTileMode.Clamp);
        using var fill = new SKPaint { IsAntialias = true, Shader = shader };
        canvas.DrawPath(outline, fill);

        using var edge = new SKPaint
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = length * 0.025f,
            Color = Colour(hue, lightness + shade - 22).WithAlpha(110),
        };
        canvas.DrawPath(outline, edge);
        edge.StrokeWidth = length * 0.018f;
        edge.Color = edge.Color.WithAlpha(70);
        canvas.DrawLine(0, -length * 0.15f, 0, -length * 0.8f, edge);
    }

    private static SKPath Outline(PetalShape shape, float length)
    {
        var width = shape.Width * length * 1.25f;
        var shoulder = width * (1 - shape.Sharpness);
        var cut = shoulder * (shape.Notch > 0 ? 0.8f : 0);
        var path = new SKPath();
        path.MoveTo(0, 0);
        path.CubicTo(width, -length * shape.Belly * 0.55f, Math.Max(shoulder, cut), -length, cut, -length);
        if (shape.Notch > 0)
        {
            path.LineTo(cut * 0.4f, -length * (1 - shape.Notch));
            path.LineTo(0, -length * 0.96f);
            path.LineTo(-cut * 0.4f, -length * (1 - shape.Notch));
            path.LineTo(-cut, -length);
        }

        path.CubicTo(-Math.Max(shoulder, cut), -length, -width, -length * shape.Belly * 0.55f, 0, 0);
        path.Close();
        return path;
    }

    /// <summary>A shaded disc with seeds on a sunflower's spiral.</summary>
    private void DrawCentre(float radius)
    {
        var centreHue = species.CentreHue.Pick(random);
        var light = species.CentreLightness.Pick(random);
        using var shader = SKShader.CreateRadialGradient(
            new SKPoint(-radius * 0.25f, -radius * 0.25f),
            radius * 1.2f,
            [
                SKColor.FromHsl(centreHue, 75, light + 14), SKColor.FromHsl(centreHue, 80, light),
                SKColor.FromHsl(centreHue, 70, light * 0.6f),
            ],
            [0, 0.6f, 1],
            SKShaderTileMode.Clamp);
        using var disc = new SKPaint { IsAntialias = true, Shader = shader };
        canvas.DrawCircle(0, 0, radius, disc);

        using var seed = new SKPaint { IsAntialias = true };
        const int seeds = 70;
        for (var i = 1; i < seeds; i++)
        {
            // Vogel's spiral: the golden angle from seed to seed.
            var (sin, cos) = MathF.SinCos(i * 2.39996f);
            var distance = radius * 0.95f * MathF.Sqrt((float)i / seeds);
            seed.Color = SKColor.FromHsl(
                centreHue + ((random.NextSingle() - 0.5f) * 16), 80, Math.Clamp(light + (random.NextSingle() * 26) - 8, 4, 90))
                .WithAlpha(190);
            canvas.DrawCircle(cos * distance, sin * distance, radius * 0.055f, seed);
        }
    }

    private SKColor Colour(float degrees, float percent) =>
        SKColor.FromHsl(((degrees % 360) + 360) % 360, saturation, Math.Clamp(percent, 6, 97));
}
