using System.Text.Json.Nodes;
using Dashboard.Diffusion.Specs;

namespace Dashboard.Web.NewRun;

/// <summary>A sampling spec while it is written.</summary>
public sealed class SamplingDraft : SpecDraft<SamplingSpec>
{
    private static readonly JsonObject Defaults = SpecJson.ToObject(new SamplingSpec());

    public SamplingDraft(SamplingSpec spec)
        : base(spec, SpecFields.Sampling) => Check();

    protected override JsonObject Usual => Defaults;

    /// <summary>Reads the draft again.</summary>
    /// <param name="trained">The schedule of the network that draws; null while it is not known.</param>
    public void Check(ScheduleSpec? trained = null) => Check(spec =>
        SamplingRules.Check(spec) is { Count: > 0 } problems ? problems
        : trained is null ? []
        : SamplingRules.CheckAgainst(trained, spec));
}
