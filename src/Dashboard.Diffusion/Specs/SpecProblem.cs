namespace Dashboard.Diffusion.Specs;

/// <summary>One thing wrong with a spec: the field by its JSON path (<c>network.widths</c>), and what to do about it.</summary>
public sealed record SpecProblem(string Field, string Message);
