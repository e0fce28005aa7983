using System.Diagnostics;
using System.Globalization;
using Dashboard.Diffusion.Runs;

namespace Dashboard.Engine.Devices;

/// <summary>Memory and load of the device that a run computes on, as metrics.</summary>
internal sealed class DeviceMeter(ComputeDevice device)
{
    private const double Gibibyte = 1L << 30;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    private readonly NvidiaGpu? gpu = device.IsCuda ? NvidiaGpu.OpenVisible() : null;
    private readonly Stopwatch sinceRead = new();
    private double peak;

    /// <summary>For the page: the GPU's name, or the processor's threads.</summary>
    public string Description => gpu is null ? device.Description : $"{device.Description} ({gpu.Name})";

    /// <summary>Adds what there is to know, at most every few seconds.</summary>
    /// <param name="metrics">Receives them by name; memory in GiB.</param>
    public void Read(IDictionary<string, double> metrics)
    {
        if (sinceRead.IsRunning && sinceRead.Elapsed < Pause)
        {
            return;
        }

        sinceRead.Restart();
        var (resident, highest) = ProcessMemory();
        metrics[RunMetrics.Memory.Name] = resident / Gibibyte;
        metrics[RunMetrics.MemoryPeak.Name] = highest / Gibibyte;
        if (gpu?.Memory() is { } memory)
        {
            peak = Math.Max(peak, memory.Used / Gibibyte);
            metrics[RunMetrics.GpuMemory.Name] = memory.Used / Gibibyte;
            metrics[RunMetrics.GpuMemoryPeak.Name] = peak;
        }

        if (gpu?.Utilization() is { } utilization)
        {
            metrics[RunMetrics.GpuUtilization.Name] = utilization;
        }
    }

    /// <summary>Bytes that could still be taken on the device; null if unknown.</summary>
    public long? Available() => device.IsCuda
        ? gpu?.Memory() is { } memory ? memory.Total - memory.Used : null
        : Kilobytes("/proc/meminfo", "MemAvailable") * 1024;

    private static (double Resident, double Highest) ProcessMemory() =>
        ((Kilobytes("/proc/self/status", "VmRSS") ?? 0) * 1024.0, (Kilobytes("/proc/self/status", "VmHWM") ?? 0) * 1024.0);

    private static long? Kilobytes(string path, string field)
    {
        var line = File.Exists(path)
            ? File.ReadLines(path).FirstOrDefault(line => line.StartsWith(field + ":", StringComparison.Ordinal))
            : null;
        return line is null
            ? null
            : long.Parse(line[(field.Length + 1)..].Replace("kB", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
    }
}
