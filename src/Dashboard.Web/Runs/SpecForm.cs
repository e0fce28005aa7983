namespace Dashboard.Web.Runs;

/// <summary>Every field of a training spec, grouped and explained. Preset and data set are chosen above them.</summary>
public static class SpecForm
{
    public static IReadOnlyList<SpecGroup> Groups { get; } =
    [
        new("images", "Images", "How the data set's pictures reach the network.",
        [
            new("imageSize", "Image size", "Pictures are cropped to a square and resized to this side. Cost grows with its square.", Unit: "px"),
            new("batchSize", "Batch size", "Images per optimizer step. Larger is steadier but takes more memory.", Unit: "images"),
            new("epochs", "Epochs", "Passes over the training split. After each one the run is measured and draws samples."),
            new("repetitions", "Repetitions", "How often one epoch shows each training image."),
            new("horizontalFlip", "Mirror at random", "Shows half of the images mirrored. Good where left and right mean nothing.", SpecFieldKind.Switch),
            new("seed", "Seed", "Decides first weights, order and noise. The same seed gives the same run."),
        ]),
        new("network", "Network", "The residual U-Net that predicts the noise.",
        [
            Choice("network.kind", "Architecture", "What is trained.", ("residual-unet", "Residual U-Net")),
            new("network.widths", "Widths", "Channels at each resolution, finest first. Every further number halves the resolution once more.", SpecFieldKind.List),
            new("network.blockDepth", "Block depth", "Residual blocks at each resolution."),
            new("network.embeddingDims", "Embedding size", "Channels that tell the network how noisy its input is. Even."),
            new("network.embeddingMaxFrequency", "Highest frequency", "Of the noise embedding: how finely noise levels are told apart."),
            Choice("device", "Device", "Where it computes.", ("auto", "GPU, else CPU"), ("cpu", "CPU"), ("cuda", "GPU (CUDA)")),
            Choice("precision", "Precision", "Arithmetic of the convolutions; weights and losses stay in fp32.", ("auto", "bf16 where it is fast"), ("fp32", "fp32"), ("bf16", "bf16")),
        ]),
        new("schedule", "Noise schedule", "How much image and how much noise the network sees at each diffusion time t, from 0 (image) to 1 (noise).",
        [
            Choice("schedule.kind", "Kind", "An angle between the two signal rates, linear in t.", ("cosine-signal-rates", "Cosine")),
            new("schedule.maxSignalRate", "Signal rate at t = 0", "Share of image at the clean end. Just under 1."),
            new("schedule.minSignalRate", "Signal rate at t = 1", "Share of image at the noisy end. Just over 0."),
            Choice("parameterization", "Network predicts", "What the network's output stands for.", ("noise", "ε, the noise")),
        ]),
        new("optimizer", "Loss and optimizer", "What is made small, and how fast.",
        [
            Choice("loss", "Loss", "Distance between true and predicted noise.", ("mae", "Mean absolute error"), ("mse", "Mean squared error")),
            Choice("optimizer.kind", "Optimizer", "How gradients become steps.", ("adamw", "AdamW")),
            new("optimizer.learningRate", "Learning rate", "Size of a step. Too large diverges, too small crawls."),
            new("optimizer.weightDecay", "Weight decay", "Pulls weights towards zero a little each step."),
            Choice("optimizer.decayRule", "Decay rule", "Whether decay shrinks with the learning rate.",
                ("independent", "Whatever the learning rate"), ("times-learning-rate", "Times the learning rate")),
            new("optimizer.beta1", "β₁", "Memory of the mean gradient."),
            new("optimizer.beta2", "β₂", "Memory of the squared gradient."),
            new("optimizer.epsilon", "ε", "Keeps the division by tiny gradients finite."),
        ]),
        new("ema", "Averaged weights", "Samples and KID come from a slow average (EMA) of the weights, which is better than the weights themselves.",
        [
            new("ema.decay", "Decay", "Share of the old average kept each step."),
            new("ema.warmup", "Warm up", "Starts with a lower decay, so that the first epochs show something.", SpecFieldKind.Switch),
        ]),
        new("evaluation", "Evaluation", "KID, the distance between generated and validation images, at each epoch's end. Lower is better.",
        [
            new("evaluation.kid.evaluations", "Evaluations for KID", "Network evaluations for each generated image. Few keep it cheap.", Unit: "steps"),
            Choice("evaluation.kid.extractor", "Features", "A small network trained on CIFAR-10 that ships with the program. KIDs of other extractors don't compare.", ("embedded", "Embedded")),
            new("evaluation.kid.images", "Validation images", "At most this many; 0 takes them all.", Unit: "images"),
        ]),
        new("samples", "Samples", "Pictures drawn at the same seeds after an epoch, so that epochs compare.",
        [
            new("samples.count", "Samples", "Drawn each time.", Unit: "images"),
            new("samples.firstSeed", "First seed", "The others follow it."),
            new("samples.evaluations", "Evaluations", "Network evaluations for each sample. More is finer and slower.", Unit: "steps"),
            new("samples.everyEpochs", "Every", "Epochs between two grids.", Unit: "epochs"),
            new("samples.framed", "With frames", "How many samples keep their way from noise to image, for the scrubber.", Unit: "images"),
            new("samples.frames", "Frames each", "Steps kept on that way.", Unit: "frames"),
        ]),
        new("checkpoint", "Checkpoints", "The last and the best state by KID are kept, to resume and to draw from.",
        [
            new("checkpoint.everySeconds", "At least every", "The most that a killed run has to do again.", Unit: "s"),
        ]),
    ];

    private static SpecField Choice(string path, string label, string help, params (string Value, string Text)[] choices) =>
        new(path, label, help, SpecFieldKind.Choice) { Choices = [.. choices.Select(c => new SpecChoice(c.Value, c.Text))] };
}
