using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Sampling;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Imaging;
using TorchSharp;

namespace Dashboard.Engine.Sampling;

/// <summary>What to draw and how.</summary>
/// <param name="Framed">How many of the first seeds keep frames.</param>
/// <param name="Frames">How many moments to keep of each of those.</param>
internal sealed record DrawingOrder(IReadOnlyList<long> Seeds, Sampler Sampler, int Evaluations, double Eta, int Framed, int Frames)
{
    public static IReadOnlyList<long> Range(long first, int count) => [.. Enumerable.Range(0, count).Select(i => first + i)];
}

/// <summary>Draws an order and reports its pictures and frames, encoded, as they come.</summary>
internal static class ImageReports
{
    /// <param name="onEvaluation">Told after each evaluation how many images it moved on.</param>
    public static void Draw(
        ImageDrawing drawing, DrawingOrder order, RunClock clock, Action<RunEvent> report, Action<int> onEvaluation, CancellationToken stop)
    {
        drawing.Draw(
            order.Seeds,
            order.Evaluations,
            order.Eta,
            (first, pixels) => Report(first, pixels, frame: null),
            stop,
            DdimPlan.FrameIndices(order.Evaluations, order.Frames),
            order.Framed,
            (first, index, time, shows, pixels) => Report(first, pixels, new FrameInfo(index, time, shows)),
            onEvaluation);

        void Report(int first, torch.Tensor pixels, FrameInfo? frame)
        {
            foreach (var (i, image) in EncodedImage.FromTensor(pixels).Index())
            {
                report(new ImageEvent(
                    image.Png,
                    image.Thumbnail,
                    image.Width,
                    image.Height,
                    order.Seeds[first + i],
                    JsonName(order.Sampler),
                    order.Evaluations,
                    order.Eta,
                    frame) { Clock = clock });
            }
        }
    }

    private static string JsonName(Sampler sampler) => sampler switch
    {
        Sampler.Ddim => "ddim",
        _ => throw new InvalidOperationException($"unknown sampler {sampler}"),
    };
}
