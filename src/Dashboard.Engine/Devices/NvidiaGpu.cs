using System.Runtime.InteropServices;
using System.Text;

namespace Dashboard.Engine.Devices;

/// <summary>
/// What NVIDIA's management library (NVML) reports about a GPU; TorchSharp reports nothing. Absent where there is no driver.
/// </summary>
internal sealed unsafe partial class NvidiaGpu
{
    private const string Library = "libnvidia-ml.so.1";
    private const int NameBytes = 96;
    private readonly nint device;

    private NvidiaGpu(nint device, string name) => (this.device, Name) = (device, name);

    public string Name { get; }

    /// <param name="index">As the driver counts; the first of CUDA_VISIBLE_DEVICES where that names numbers.</param>
    /// <returns>Null where there is no driver or no such GPU.</returns>
    public static NvidiaGpu? Open(uint index)
    {
        try
        {
            if (Initialize() != 0 || HandleByIndex(index, out var device) != 0)
            {
                return null;
            }

            var name = stackalloc byte[NameBytes];
            return new NvidiaGpu(
                device,
                NameOf(device, name, NameBytes) == 0
                    ? Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name))
                    : "NVIDIA GPU");
        }
        catch (Exception absent) when (absent is DllNotFoundException or EntryPointNotFoundException)
        {
            return null;
        }
    }

    /// <summary>The GPU that torch calls cuda:0.</summary>
    public static NvidiaGpu? OpenVisible() =>
        Open(uint.TryParse(Environment.GetEnvironmentVariable("CUDA_VISIBLE_DEVICES")?.Split(',')[0], out var index) ? index : 0);

    /// <summary>Bytes in use by all processes and in all; null if it can't be read.</summary>
    public (long Used, long Total)? Memory() =>
        MemoryOf(device, out var memory) == 0 ? ((long)memory.Used, (long)memory.Total) : null;

    /// <summary>Share of the last moments in which it computed, 0…1; null if it can't be read.</summary>
    public double? Utilization() => UtilizationOf(device, out var rates) == 0 ? rates.Gpu / 100.0 : null;

    [LibraryImport(Library, EntryPoint = "nvmlInit_v2")]
    private static partial int Initialize();

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetHandleByIndex_v2")]
    private static partial int HandleByIndex(uint index, out nint device);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetName")]
    private static partial int NameOf(nint device, byte* name, uint length);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetMemoryInfo")]
    private static partial int MemoryOf(nint device, out MemoryInfo memory);

    [LibraryImport(Library, EntryPoint = "nvmlDeviceGetUtilizationRates")]
    private static partial int UtilizationOf(nint device, out UtilizationRates rates);

    private struct MemoryInfo
    {
        public ulong Total;
        public ulong Free;
        public ulong Used;
    }

    private struct UtilizationRates
    {
        public uint Gpu;
        public uint Memory;
    }
}
