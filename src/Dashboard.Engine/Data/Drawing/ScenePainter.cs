using SkiaSharp;

namespace Dashboard.Engine.Data.Drawing;

/// <summary>Draws a flower with its stem, leaves, surroundings and light on a canvas of 1 × 1.</summary>
internal sealed class ScenePainter(SKCanvas canvas, Random random)
{
    public void Draw(FlowerSpecies species)
    {
        DrawBackground();
        for (var behind = random.Next(3); behind > 0; behind--)
        {
            DrawPlant(
                species, new SKPoint(random.NextSingle(), 0.15f + (0.5f * random.NextSingle())),
                0.08f + (0.08f * random.NextSingle()));
        }

        var at = new SKPoint(0.5f + ((random.NextSingle() - 0.5f) * 0.26f), 0.42f + ((random.NextSingle() - 0.5f) * 0.2f));
        DrawPlant(species, at, 0.27f + (0.12f * random.NextSingle()));
        DrawLight();
    }

    private void DrawBackground()
    {
        // Meadow, dark wood, evening, studio: two colours and how many soft discs of light lie before them.
        var (top, bottom, discs) = random.Next(4) switch
        {
            0 => (Colour(195, 225, 35, 75, 62, 82), Colour(80, 125, 35, 60, 32, 50), 10),
            1 => (Colour(95, 160, 20, 45, 10, 24), Colour(90, 140, 25, 50, 14, 34), 16),
            2 => (Colour(10, 45, 50, 80, 55, 75), Colour(260, 330, 20, 45, 22, 40), 9),
            _ => (Colour(0, 360, 8, 30, 70, 92), Colour(0, 360, 8, 30, 50, 76), 3),
        };
        using var shader = SKShader.CreateLinearGradient(
            new SKPoint(random.NextSingle(), 0), new SKPoint(random.NextSingle(), 1), [top, bottom], [0, 1],
            SKShaderTileMode.Clamp);
        using var fill = new SKPaint { Shader = shader };
        canvas.DrawRect(0, 0, 1, 1, fill);
        for (var i = random.Next((discs / 2) + 1, discs + 1); i > 0; i--)
        {
            DrawSoftDisc(random.NextSingle() < 0.5f ? top : bottom);
        }
    }

    private void DrawSoftDisc(SKColor near)
    {
        near.ToHsl(out var hue, out var saturation, out var lightness);
        var colour = SKColor.FromHsl(
            (hue + (random.NextSingle() * 30) + 345) % 360, saturation,
            Math.Clamp(lightness + (random.NextSingle() * 34) - 10, 5, 95));
        var at = new SKPoint(random.NextSingle(), random.NextSingle());
        var radius = 0.06f + (0.2f * random.NextSingle());
        using var shader = SKShader.CreateRadialGradient(
            at, radius, [colour.WithAlpha(150), colour.WithAlpha(110), colour.WithAlpha(0)], [0, 0.7f, 1],
            SKShaderTileMode.Clamp);
        using var disc = new SKPaint { Shader = shader };
        canvas.DrawCircle(at, radius, disc);
    }

    private void DrawPlant(FlowerSpecies species, SKPoint head, float radius)
    {
        var green = Colour(85, 140, 30, 60, 24, 44);
        var foot = new SKPoint(head.X + ((random.NextSingle() - 0.5f) * 0.5f), 1.1f);
        var bend = new SKPoint(((head.X + foot.X) / 2) + ((random.NextSingle() - 0.5f) * 0.16f), (head.Y + foot.Y) / 2);
        using var path = new SKPath();
        path.MoveTo(foot);
        path.QuadTo(bend, head);
        using var stem = new SKPaint
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = radius * (0.09f + (0.06f * random.NextSingle())),
            StrokeCap = SKStrokeCap.Round,
            Color = green,
        };
        canvas.DrawPath(path, stem);
        for (var leaf = random.Next(1, 4); leaf > 0; leaf--)
        {
            var along = 0.15f + (0.5f * random.NextSingle());
            DrawLeaf(Between(foot, bend, head, along), radius * (0.7f + (0.7f * random.NextSingle())), green);
        }

        canvas.Save();
        canvas.Translate(head.X, head.Y);
        new FlowerPainter(canvas, species, random).Draw(radius);
        canvas.Restore();
    }

    private void DrawLeaf(SKPoint at, float length, SKColor green)
    {
        var side = random.Next(2) == 0 ? -1 : 1;
        canvas.Save();
        canvas.Translate(at.X, at.Y);
        canvas.RotateDegrees(side * (25 + (50 * random.NextSingle())));
        var width = length * (0.18f + (0.16f * random.NextSingle()));
        using var path = new SKPath();
        path.MoveTo(0, 0);
        path.CubicTo(width, -length * 0.25f, width, -length * 0.7f, 0, -length);
        path.CubicTo(-width, -length * 0.7f, -width, -length * 0.25f, 0, 0);
        green.ToHsl(out var hue, out var saturation, out var lightness);
        using var shader = SKShader.CreateLinearGradient(
            new SKPoint(-width, 0),
            new SKPoint(width, 0),
            [SKColor.FromHsl(hue, saturation, lightness * 0.75f), SKColor.FromHsl(hue, saturation, lightness * 1.25f)],
            [0, 1],
            SKShaderTileMode.Clamp);
        using var fill = new SKPaint { IsAntialias = true, Shader = shader };
        canvas.DrawPath(path, fill);
        using var vein = new SKPaint
        {
            IsAntialias = true,
            Style = SKPaintStyle.Stroke,
            StrokeWidth = length * 0.025f,
            Color = SKColor.FromHsl(hue, saturation, lightness * 0.6f).WithAlpha(160),
        };
        canvas.DrawLine(0, 0, 0, -length * 0.9f, vein);
        canvas.Restore();
    }

    /// <summary>Light from one side over everything, and darker corners.</summary>
    private void DrawLight()
    {
        var (sin, cos) = MathF.SinCos(random.NextSingle() * MathF.Tau);
        using var shader = SKShader.CreateLinearGradient(
            new SKPoint(0.5f + (0.6f * cos), 0.5f + (0.6f * sin)),
            new SKPoint(0.5f - (0.6f * cos), 0.5f - (0.6f * sin)),
            [new SKColor(255, 246, 220, (byte)random.Next(40, 130)), new SKColor(20, 20, 50, (byte)random.Next(40, 130))],
            [0, 1],
            SKShaderTileMode.Clamp);
        using var light = new SKPaint { Shader = shader, BlendMode = SKBlendMode.SoftLight };
        canvas.DrawRect(0, 0, 1, 1, light);

        using var corners = SKShader.CreateRadialGradient(
            new SKPoint(0.5f, 0.5f), 0.8f, [SKColors.Transparent, new SKColor(0, 0, 0, 90)], [0.6f, 1], SKShaderTileMode.Clamp);
        using var vignette = new SKPaint { Shader = corners };
        canvas.DrawRect(0, 0, 1, 1, vignette);
    }

    private SKColor Colour(int hueFrom, int hueTo, int saturationFrom, int saturationTo, int lightnessFrom, int lightnessTo) =>
        SKColor.FromHsl(
            new Range(hueFrom, hueTo).Pick(random), new Range(saturationFrom, saturationTo).Pick(random),
            new Range(lightnessFrom, lightnessTo).Pick(random));

    private static SKPoint Between(SKPoint a, SKPoint b, SKPoint c, float t)
    {
        var s = 1 - t;
        return new SKPoint((s * s * a.X) + (2 * s * t * b.X) + (t * t * c.X), (s * s * a.Y) + (2 * s * t * b.Y) + (t * t * c.Y));
    }
}
