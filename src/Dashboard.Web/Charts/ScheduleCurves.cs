using Dashboard.Diffusion.Schedules;

namespace Dashboard.Web.Charts;

/// <summary>A noise schedule's curves over the diffusion time, 0 to 1.</summary>
internal static class ScheduleCurves
{
    private const int Points = 121;

    private static readonly double[] Times = [.. Enumerable.Range(0, Points).Select(i => (double)i / (Points - 1))];

    public static Curve SignalRate(NoiseSchedule schedule, string label, string tone) =>
        new(label, tone, Times, [.. Times.Select(schedule.SignalRate)]);

    public static Curve NoiseRate(NoiseSchedule schedule, string label, string tone) =>
        new(label, tone, Times, [.. Times.Select(schedule.NoiseRate)]);

    /// <summary>Only where it is finite: it is infinite where a rate is 0, which neither JSON nor a chart can hold.</summary>
    public static Curve LogSnr(NoiseSchedule schedule, string label, string tone)
    {
        double[] finite = [.. Times.Where(t => double.IsFinite(schedule.LogSnr(t)))];
        return new(label, tone, finite, [.. finite.Select(schedule.LogSnr)]);
    }
}
