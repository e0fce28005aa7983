using Dashboard.Diffusion.Specs;

namespace Dashboard.Diffusion.Schedules;

/// <summary>
/// How much image and how much noise is in x_t = signal(t)·x₀ + noise(t)·ε, for diffusion times t from 0 (image) to 1 (noise).
/// Variance preserving: signal² + noise² = 1. ᾱ is signal², EDM's σ is noise / signal.
/// </summary>
public abstract record NoiseSchedule
{
    /// <summary>Falls from t = 0 to t = 1.</summary>
    public abstract double SignalRate(double t);

    public virtual double NoiseRate(double t)
    {
        var signal = SignalRate(t);
        return Math.Sqrt((1 - signal) * (1 + signal));
    }

    /// <summary>The smallest time whose log-SNR is finite, which samplers that count in log-SNR end at.</summary>
    public virtual double CleanestTime => 0;

    /// <summary>ln(signal² / noise²); falls with t, infinite where one of the rates is 0.</summary>
    public double LogSnr(double t) => 2 * Math.Log(SignalRate(t) / NoiseRate(t));

    /// <summary>
    /// The time at which the log-SNR is <paramref name="logSnr"/>, or the nearest of [<see cref="CleanestTime"/>, 1].
    /// </summary>
    public double TimeOf(double logSnr)
    {
        // Log-SNR is monotone in every schedule: bisection to the last bit of a double between 0 and 1.
        var (clean, noisy) = (CleanestTime, 1.0);
        if (logSnr >= LogSnr(clean))
        {
            return clean;
        }

        if (logSnr <= LogSnr(noisy))
        {
            return noisy;
        }

        for (var i = 0; i < 60; i++)
        {
            var middle = (clean + noisy) / 2;
            (clean, noisy) = LogSnr(middle) > logSnr ? (middle, noisy) : (clean, middle);
        }

        return (clean + noisy) / 2;
    }

    public static NoiseSchedule From(ScheduleSpec spec)
    {
        NoiseSchedule schedule = spec.Kind switch
        {
            ScheduleKind.CosineSignalRates => new CosineSignalRates(spec.MinSignalRate, spec.MaxSignalRate),
            ScheduleKind.LinearBeta => new LinearBeta(spec.BetaStart, spec.BetaEnd, spec.Steps),
            ScheduleKind.Cosine => new Cosine(),
            ScheduleKind.Sigmoid => new Sigmoid(spec.SigmoidStart, spec.SigmoidEnd),
            ScheduleKind.LogSnrLinear => new LogSnrLinear(spec.MinLogSnr, spec.MaxLogSnr),
            ScheduleKind.Karras => new Karras(spec.MinSigma, spec.MaxSigma, spec.Rho),
            _ => throw new ArgumentOutOfRangeException(nameof(spec), spec.Kind, "unknown schedule"),
        };
        return spec.ZeroTerminalSnr ? new ZeroTerminalSnr(schedule) : schedule;
    }

    /// <summary>The signal rate at a log-SNR: √sigmoid(log-SNR).</summary>
    protected static double SignalRateAt(double logSnr) => 1 / Math.Sqrt(1 + Math.Exp(-logSnr));
}
