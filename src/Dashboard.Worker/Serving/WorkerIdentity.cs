using System.Globalization;

namespace Dashboard.Worker.Serving;

/// <summary>Who this worker is and what it computes on, found without loading a GPU library.</summary>
internal sealed class WorkerIdentity
{
    public WorkerIdentity()
    {
        var gpu = Gpu();
        HasGpu = gpu is not null;
        Device = gpu ?? Cpu();
        Name = $"{Host}:{Environment.ProcessId} {(gpu is null ? "cpu" : "cuda")}";
    }

    public bool HasGpu { get; }

    public Guid Id { get; } = Guid.NewGuid();

    public string Host { get; } = Environment.MachineName;

    public string Name { get; }

    /// <summary>In words: "NVIDIA H200", "AMD EPYC 9575F (2 cores)".</summary>
    public string Device { get; }

    private static string? Gpu()
    {
        const string folder = "/proc/driver/nvidia/gpus";
        var visible = Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES");
        if (!Directory.Exists(folder) || visible is "" or "-1")
        {
            return null;
        }

        var models = Directory.GetDirectories(folder).Order(StringComparer.Ordinal)
            .Select(gpu => Value(Path.Combine(gpu, "information"), "Model"))
            .OfType<string>().ToList();
        var index = int.TryParse(visible?.Split(',')[0], CultureInfo.InvariantCulture, out var chosen) ? chosen : 0;
        return models.ElementAtOrDefault(index) ?? models.FirstOrDefault();
    }

    private static string Cpu()
    {
        var model = Value("/proc/cpuinfo", "model name")
            ?? System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
        return $"{model} ({Environment.ProcessorCount} cores)";
    }

    /// <summary>The value of the first line "name : value".</summary>
    private static string? Value(string path, string name) => File.Exists(path)
        ? File.ReadLines(path).Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()).FirstOrDefault()
        : null;
}
