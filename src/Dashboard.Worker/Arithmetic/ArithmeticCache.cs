using System.Security.Cryptography;
using System.Text;
using Dashboard.Engine.Devices;

namespace Dashboard.Worker.Arithmetic;

/// <summary>Keeps the report of a machine and a version of this program, so that a check runs once for each.</summary>
internal sealed class ArithmeticCache(string path)
{
    /// <summary>In the user's cache folder, named after all that decides how a machine computes.</summary>
    public static ArithmeticCache OfThisMachine(bool cuda)
    {
        var folder = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set
            ? set
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        var machine = string.Join('\n', Traits(cuda));
        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(machine)))[..16];
        return new ArithmeticCache(Path.Combine(folder, "diffusion-dashboard", $"arithmetic-{name}.json"));
    }

    /// <returns>Null where nothing is kept or it can't be read.</returns>
    public ArithmeticReport? Read()
    {
        try
        {
            return File.Exists(path) ? ArithmeticReport.Parse(File.ReadAllText(path)) : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where it can't be written, the next process checks again.</summary>
    public void Write(ArithmeticReport report)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, report.ToJson());
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            // A container's home may be read-only.
        }
    }

    private static IEnumerable<string> Traits(bool cuda)
    {
        const string caches = "/sys/devices/system/cpu/cpu0/cache";
        string[] fields = ["vendor_id", "cpu family", "model", "model name", "stepping", "flags"];
        yield return $"{cuda} {Environment.ProcessorCount}";
        if (File.Exists("/proc/cpuinfo"))
        {
            // Of the first processor.
            foreach (var line in File.ReadLines("/proc/cpuinfo").TakeWhile(line => line.Length > 0))
            {
                if (fields.Contains(line.Split(':')[0].Trim()))
                {
                    yield return line;
                }
            }
        }

        foreach (var size in Directory.Exists(caches)
            ? Directory.GetFiles(caches, "size", SearchOption.AllDirectories).Order().ToArray()
            : [])
        {
            yield return $"{size} {File.ReadAllText(size)}";
        }

        if (cuda && File.Exists("/proc/driver/nvidia/version"))
        {
            yield return File.ReadAllText("/proc/driver/nvidia/version");
        }

        foreach (var variable in (string[])[ArithmeticReport.InstructionVariable, "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"])
        {
            yield return $"{variable}={Environment.GetEnvironmentVariable(variable)}";
        }

        // Different after each change of the engine, and with each version of the tensor library.
        yield return typeof(ArithmeticReport).Module.ModuleVersionId.ToString();
        yield return LibTorch.Version;
    }
}
