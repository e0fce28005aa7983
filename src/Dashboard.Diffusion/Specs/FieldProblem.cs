namespace Dashboard.Diffusion.Specs;

/// <summary>One thing wrong: the field by its JSON path (<c>network.widths</c>), and what to do about it.</summary>
public sealed record FieldProblem(string Field, string Message);
