using Dashboard.Diffusion.Schedules;

namespace Dashboard.Diffusion.Sampling;

/// <summary>A moment on the way from noise to image.</summary>
/// <param name="Signal">Signal rate.</param>
/// <param name="Noise">Noise rate.</param>
public readonly record struct NoiseLevel(double Time, double Signal, double Noise)
{
    /// <summary>EDM's σ; infinite where there is no signal.</summary>
    public double Sigma => Noise / Signal;

    /// <summary>Half the log-SNR, ln(signal / noise), the time of the exponential integrators (Lu et al. 2022).</summary>
    public double HalfLogSnr => Math.Log(Signal / Noise);

    /// <summary>Pure noise: nothing can be extrapolated from or to here.</summary>
    public bool HasNoSignal => Signal < 1e-8;

    public static NoiseLevel At(NoiseSchedule schedule, double time) =>
        new(time, schedule.SignalRate(time), schedule.NoiseRate(time));
}
