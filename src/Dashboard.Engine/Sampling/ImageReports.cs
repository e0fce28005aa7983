using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Diffusion.Specs;
using Dashboard.Engine.Imaging;
using TorchSharp;

namespace Dashboard.Engine.Sampling;

/// <summary>Draws an order and reports its pictures and frames, encoded, as they come.</summary>
internal static class ImageReports
{
    /// <param name="onEvaluation">Told after each evaluation how many images it moved on.</param>
    public static void Draw(
        ImageDrawing drawing, DrawingOrder order, RunClock clock, Action<RunEvent> report, Action<int> onEvaluation,
        CancellationToken stop)
    {
        var sampler = SpecJson.Word(order.Settings.Sampler);
        drawing.Draw(
            order,
            (first, pixels) => Report(first, pixels, frame: null),
            stop,
            (first, index, time, shows, pixels) => Report(first, pixels, new FrameInfo(index, time, shows)),
            onEvaluation);

        void Report(int first, torch.Tensor pixels, FrameInfo? frame)
        {
            foreach (var (i, image) in EncodedImage.FromTensor(pixels).Index())
            {
                var start = order.Starts[first + i];
                report(new ImageEvent(
                    image.Png,
                    image.Thumbnail,
                    image.Width,
                    image.Height,
                    start.Seed,
                    sampler,
                    order.Settings.Evaluations,
                    order.Settings.Eta,
                    frame) { Clock = clock, SlerpTo = start.To, SlerpShare = start.Share });
            }
        }
    }
}
