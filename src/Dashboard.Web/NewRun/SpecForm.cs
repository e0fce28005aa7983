namespace Dashboard.Web.NewRun;

/// <summary>Every field of a training spec, grouped and explained, but those of <see cref="Above"/>.</summary>
public static class SpecForm
{
    /// <summary>Chosen above the groups, each in its own way.</summary>
    public static IReadOnlyList<string> Above { get; } = ["preset", "dataset", "continueFrom"];

    public static IReadOnlyList<SpecGroup> Groups { get; } =
    [
        new("images", "Images", "How the data set's pictures reach the network.",
        [
            new("imageSize", "Image size", "Pictures are cropped to a square and resized to this side. Cost grows with its square.", Unit: "px"),
            new("batchSize", "Batch size", "Images per optimizer step. Larger is steadier but takes more memory.", Unit: "images"),
            new("epochs", "Epochs", "Passes over the training split. After each one the run is measured and draws samples."),
            new("horizontalFlip", "Mirror at random", "Shows half of the images mirrored. Good where left and right mean nothing.", SpecFieldKind.Switch),
            new("repetitions", "Repetitions", "How often one epoch shows each training image.") { Advanced = true },
            new("seed", "Seed", "Decides first weights, order and noise. The same seed gives the same run.") { Advanced = true },
            Choice("normalization", "Pixel values", "How pixels become the numbers that the network sees.",
                ("learned", "Mean 0, variance 1 for each channel"), ("symmetric", "From −1 to 1")) with { Advanced = true },
            new("augmentation.probability", "Augmentation", "Chance of each turn, stretch or shift of a training image. The network is told of them, so samples don't show them. Helps small data sets; 0.12 is usual, 0 is none.") { Advanced = true, Nothing = "none" },
        ]),
        new("labels", "Labels", "Lets the network learn what each label looks like, so that one can be asked for when drawing.",
        [
            new("labels.enabled", "Learn the labels", "Tells the network each image's label. The data set needs at least two: its sub-folders.", SpecFieldKind.Switch),
            new("labels.dropProbability", "Hidden labels", "Share of images whose label is hidden, so that guidance can compare with and without. 0.1 is usual.") { When = new("labels.enabled", "true") },
        ]),
        new("network", "Network", "What learns to tell image from noise.",
        [
            Choice("network.kind", "Architecture", "Attention sees the whole picture at once, and costs far more.",
                ("residual-unet", "Residual U-Net (small, fast)"), ("attention-unet", "Attention U-Net (large, wants a GPU)")),
            new("network.widths", "Widths", "Channels at each resolution, finest first. Every further number halves the resolution once more.", SpecFieldKind.List),
            new("network.blockDepth", "Block depth", "Residual blocks at each resolution."),
            new("network.attentionResolutions", "Attention at", "Sides in pixels at which blocks attend to the whole picture, such as 16, 8. Empty for none.", SpecFieldKind.List) { Advanced = true, Nothing = "none" },
            new("network.dropout", "Dropout", "Share of activations left out while training, against learning by heart. 0 for none, 0.1 is usual.") { Advanced = true, Nothing = "none" },
            new("network.normGroups", "Norm groups", "Groups of GroupNorm; must divide every width.") { Advanced = true, When = new("network.kind", "attention-unet") },
            new("network.embeddingDims", "Embedding size", "Channels that tell the network how noisy its input is. Even.") { Advanced = true },
            new("network.embeddingMaxFrequency", "Highest frequency", "Of the noise embedding: how finely noise levels are told apart.") { Advanced = true },
            Choice("device", "Device", "Where it computes.", ("auto", "GPU, else CPU"), ("cpu", "CPU"), ("cuda", "GPU (CUDA)")) with { Advanced = true },
            Choice("precision", "Precision", "Arithmetic of the convolutions; weights and losses stay in fp32.",
                ("auto", "bf16 where it is fast"), ("fp32", "fp32"), ("tf32", "tf32 (NVIDIA GPUs)"), ("bf16", "bf16")) with { Advanced = true },
        ]),
        new("schedule", "Noise schedule", "How much image and how much noise the network sees at each diffusion time t, from 0 (image) to 1 (noise).",
        [
            Choice("schedule.kind", "Kind", "How the noise grows with t.",
                ("cosine-signal-rates", "Cosine between two signal rates"), ("linear-beta", "Linear β (DDPM)"), ("cosine", "Cosine (improved DDPM)"),
                ("sigmoid", "Sigmoid"), ("log-snr-linear", "Linear log-SNR"), ("karras", "Karras (EDM)")),
            Of("cosine-signal-rates", "schedule.maxSignalRate", "Signal rate at t = 0", "Share of image at the clean end. Just under 1."),
            Of("cosine-signal-rates", "schedule.minSignalRate", "Signal rate at t = 1", "Share of image at the noisy end. Just over 0."),
            Of("linear-beta", "schedule.betaStart", "First β", "Noise that the first step adds."),
            Of("linear-beta", "schedule.betaEnd", "Last β", "Noise that the last step adds."),
            Of("log-snr-linear", "schedule.maxLogSnr", "Log-SNR at t = 0", "Logarithm of signal over noise at the clean end."),
            Of("log-snr-linear", "schedule.minLogSnr", "Log-SNR at t = 1", "Logarithm of signal over noise at the noisy end."),
            Of("sigmoid", "schedule.sigmoidStart", "Sigmoid from", "Where on the sigmoid t = 0 lies."),
            Of("sigmoid", "schedule.sigmoidEnd", "Sigmoid to", "Where on the sigmoid t = 1 lies."),
            Of("karras", "schedule.minSigma", "σ at t = 0", "Noise over signal at the clean end."),
            Of("karras", "schedule.maxSigma", "σ at t = 1", "Noise over signal at the noisy end."),
            Of("karras", "schedule.rho", "ρ", "How strongly times crowd at the clean end. 7 is usual."),
            new("schedule.steps", "Discrete steps", "Training draws its times from this many; 0 for any time. Linear β needs them, usually 1000.") { Advanced = true, Nothing = "any time" },
            new("schedule.zeroTerminalSnr", "End in pure noise", "Bends the schedule so that nothing of the image is left at t = 1. Not where the network predicts noise.", SpecFieldKind.Switch) { Advanced = true },
        ]),
        new("loss", "Loss", "What the network predicts, and what is made small.",
        [
            Choice("parameterization", "Network predicts", "What the network's output stands for.",
                ("noise", "ε, the noise"), ("image", "x₀, the image"), ("velocity", "v, between noise and image")),
            Choice("loss", "Loss", "Distance between truth and prediction.", ("mae", "Mean absolute error"), ("mse", "Mean squared error"), ("huber", "Huber")),
            new("huberDelta", "Huber's δ", "Errors above it count by their size, smaller ones squared.") { When = new("loss", "huber") },
            Choice("lossTarget", "Compares", "Whatever the network predicts, the loss can compare the noise, image or velocity that follows from it.",
                ("noise", "ε, the noise"), ("image", "x₀, the image"), ("velocity", "v")) with { Advanced = true },
            Choice("weighting.kind", "Weighting", "How much each noise level counts.",
                ("uniform", "All alike"), ("snr", "By the SNR"), ("min-snr", "Min-SNR: by the SNR, up to γ"), ("edm", "EDM: 1 + SNR")) with { Advanced = true },
            new("weighting.gamma", "γ", "The SNR above which levels count alike. 5 is usual.") { Advanced = true, When = new("weighting.kind", "min-snr") },
            Choice("times.kind", "Noise levels", "Which of them training shows how often.",
                ("uniform", "Every t alike"), ("stratified", "Every t alike, spread evenly in a batch"), ("log-normal", "Around a middle level (EDM)")) with { Advanced = true },
            new("times.mean", "Middle level", "Mean of ln σ. −1.2 is usual.") { Advanced = true, When = new("times.kind", "log-normal") },
            new("times.deviation", "Spread of levels", "Standard deviation of ln σ. 1.2 is usual.") { Advanced = true, When = new("times.kind", "log-normal") },
        ]),
        new("optimizer", "Optimizer", "How fast it learns.",
        [
            new("optimizer.learningRate", "Learning rate", "Size of a step. Too large diverges, too small crawls."),
            Choice("optimizer.learningRateSchedule", "Over time", "How the learning rate goes on.", ("constant", "Stays as it is"), ("cosine", "Falls to 0 by the run's end")),
            new("optimizer.warmupSteps", "Warm-up", "Steps over which the learning rate rises from 0. Steadies large networks.", Unit: "steps") { Nothing = "none" },
            Choice("optimizer.kind", "Optimizer", "How gradients become steps.", ("adamw", "AdamW"), ("adam", "Adam, without weight decay")) with { Advanced = true },
            new("optimizer.weightDecay", "Weight decay", "Pulls weights towards zero a little each step.") { Advanced = true, Nothing = "none", When = new("optimizer.kind", "adamw") },
            Choice("optimizer.decayRule", "Decay rule", "Whether decay shrinks with the learning rate.",
                ("independent", "Whatever the learning rate"), ("times-learning-rate", "Times the learning rate")) with { Advanced = true, When = new("optimizer.kind", "adamw") },
            new("optimizer.maxGradientNorm", "Longest gradient", "Longer ones are shortened to it, so that one bad batch does no harm. 0 for no limit, 1 is usual.") { Advanced = true, Nothing = "no limit" },
            new("optimizer.accumulatedBatches", "Batches a step", "Averages the gradients of several batches: the effect of a larger batch in less memory.") { Advanced = true },
            new("optimizer.beta1", "β₁", "Memory of the mean gradient.") { Advanced = true },
            new("optimizer.beta2", "β₂", "Memory of the squared gradient.") { Advanced = true },
            new("optimizer.epsilon", "ε", "Keeps the division by tiny gradients finite.") { Advanced = true },
        ]),
        new("ema", "Averaged weights", "Samples and KID come from a slow average (EMA) of the weights, which is better than the weights themselves.",
        [
            new("ema.decay", "Decay", "Share of the old average kept each step.") { When = new("ema.halfLifeImages", "0") },
            new("ema.halfLifeImages", "Half-life", "Images after which half of the old average is left, whatever the batch size; 0 goes by the decay.", Unit: "images") { Advanced = true, Nothing = "by the decay" },
            new("ema.warmup", "Warm up", "Starts with a lower decay, so that the first epochs show something.", SpecFieldKind.Switch),
            new("ema.also", "Further decays", "More averages to draw from later, such as 0.99, 0.9999. Each costs the memory of the weights once.", SpecFieldKind.List) { Advanced = true, Nothing = "none" },
        ]),
        new("evaluation", "Evaluation", "KID, the distance between generated and validation images. Lower is better.",
        [
            new("evaluation.kid.everyEpochs", "Every", "Epochs between two measurements; the last epoch is always measured.", Unit: "epochs"),
            new("evaluation.kid.evaluations", "Evaluations for KID", "Network evaluations for each generated image. Few keep it cheap.", Unit: "steps"),
            Choice("evaluation.kid.extractor", "Features", "What compares the images. Values of different ones never compare. InceptionV3 wants its weights; the page of workers says how to bring them.",
                ("embedded", "Embedded (ships with the program)"),
                ("inception-75", "InceptionV3 at 75 px, as in the Keras example (needs its weights file)"),
                ("inception-299", "InceptionV3 at 299 px, as in papers (needs its weights file)")),
            new("evaluation.kid.images", "Validation images", "At most this many; 0 takes them all.", Unit: "images") { Advanced = true, Nothing = "all" },
            Choice("evaluation.kid.sampler", "Sampler for KID", "How the images are drawn that KID looks at.", [.. SamplerWords.Samplers]) with { Advanced = true },
            .. SamplerOptions("evaluation.kid", " for KID"),
            new("evaluation.fid", "FID, too", "Measured on the same features. At few images it says little.", SpecFieldKind.Switch) { Advanced = true },
            new("evaluation.precisionRecall", "Precision and recall, too", "How real the images look, and how much of the data set's variety they show.", SpecFieldKind.Switch) { Advanced = true },
        ]),
        new("samples", "Samples", "Pictures drawn at the same seeds after an epoch, so that epochs compare.",
        [
            new("samples.count", "Samples", "Drawn each time.", Unit: "images"),
            new("samples.everyEpochs", "Every", "Epochs between two grids.", Unit: "epochs"),
            new("samples.evaluations", "Evaluations", "Network evaluations for each sample. More is finer and slower.", Unit: "steps"),
            Choice("samples.sampler", "Sampler", "How noise becomes an image.", [.. SamplerWords.Samplers]),
            .. SamplerOptions("samples"),
            new("samples.firstSeed", "First seed", "The others follow it.") { Advanced = true },
            new("samples.framed", "With frames", "How many samples keep their way from noise to image, for the scrubber.", Unit: "images") { Advanced = true },
            new("samples.frames", "Frames each", "Steps kept on that way.", Unit: "frames") { Advanced = true },
        ]),
        new("checkpoint", "Checkpoints", "The last and the best state by KID are kept, to resume and to draw from.",
        [
            new("checkpoint.everySeconds", "At least every", "The most that a killed run has to do again.", Unit: "s"),
        ]),
    ];

    /// <param name="at">Path of the spec that has a sampler.</param>
    /// <param name="use">Told apart by this where labels stand alone.</param>
    private static IEnumerable<SpecField> SamplerOptions(string at, string use = "")
    {
        var heun = new SpecCondition($"{at}.sampler", "heun");
        SpecField[] options =
        [
            new($"{at}.eta", $"Eta{use}", SamplerWords.EtaHelp) { When = new($"{at}.sampler", "ddim") },
            Choice($"{at}.variance", $"Variance{use}", SamplerWords.VarianceHelp, [.. SamplerWords.Variances]) with { When = new($"{at}.sampler", "ddpm") },
            new($"{at}.order", $"Order{use}", SamplerWords.OrderHelp) { When = new($"{at}.sampler", "adams-bashforth", "unipc") },
            new($"{at}.churn.amount", $"Churn{use}", SamplerWords.ChurnHelp) { When = heun, Nothing = "none" },
            new($"{at}.churn.noise", $"Churn's noise{use}", SamplerWords.ChurnNoiseHelp) { When = heun },
            new($"{at}.churn.minSigma", $"Churn from σ{use}", SamplerWords.ChurnFromHelp) { When = heun },
            new($"{at}.churn.maxSigma", $"Churn to σ{use}", SamplerWords.ChurnToHelp) { When = heun },
            Choice($"{at}.spacing", $"Spacing{use}", SamplerWords.SpacingHelp, [.. SamplerWords.Spacings]),
            Choice($"{at}.clip", $"Clipping{use}", SamplerWords.ClipHelp, [.. SamplerWords.Clips]),
            new($"{at}.percentile", $"Percentile{use}", SamplerWords.PercentileHelp) { When = new($"{at}.clip", "dynamic") },
        ];
        return options.Select(option => option with { Advanced = true });
    }

    private static SpecField Of(string schedule, string path, string label, string help) =>
        new(path, label, help) { When = new SpecCondition("schedule.kind", schedule) };

    private static SpecField Choice(string path, string label, string help, params (string Value, string Text)[] choices) =>
        new(path, label, help, SpecFieldKind.Choice) { Choices = [.. choices.Select(c => new SpecChoice(c.Value, c.Text))] };
}
