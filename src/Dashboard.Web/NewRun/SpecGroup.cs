using Dashboard.Diffusion.Specs;

namespace Dashboard.Web.NewRun;

/// <param name="Id">Names the group in the page.</param>
/// <param name="Text">What the group is about, in one sentence.</param>
public sealed record SpecGroup(string Id, string Title, string Text, IReadOnlyList<SpecField> Fields);
