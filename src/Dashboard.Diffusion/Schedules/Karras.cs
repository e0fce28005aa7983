namespace Dashboard.Diffusion.Schedules;

/// <summary>
/// σ = noise / signal with σ^(1/ρ) linear in t (Karras et al. 2022, equation 5), seen in variance-preserving coordinates: what
/// EDM calls x / √(1 + σ²) is x_t here, and its preconditioned network for images of unit variance is one that predicts −v.
/// </summary>
public sealed record Karras(double MinSigma, double MaxSigma, double Rho) : LogSnrSchedule
{
    protected override double LogSnrAt(double t)
    {
        var (clean, noisy) = (Math.Pow(MinSigma, 1 / Rho), Math.Pow(MaxSigma, 1 / Rho));
        return -2 * Rho * Math.Log(clean + (t * (noisy - clean)));
    }
}
