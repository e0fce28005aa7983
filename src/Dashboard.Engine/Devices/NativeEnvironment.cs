using System.Globalization;
using System.Runtime.InteropServices;

namespace Dashboard.Engine.Devices;

/// <summary>
/// Settings that the runtime and native libraries read from the environment when they start, and never again. A process that will
/// use tensors calls <see cref="Ensure"/> first; where a setting is missing it starts itself anew in place, with the same id,
/// arguments and open files. What a person has set stays.
/// </summary>
public static unsafe partial class NativeEnvironment
{
    private static IReadOnlyList<(string Name, string Value)> Settings { get; } =
    [
        // TorchSharp holds no reference to a Scalar while native code reads it, and optimized code lets the collector free it
        // under the call: "Expected false to be true" out of any addition, seldom on a quiet machine, within minutes on a busy
        // one. Code of the JIT's first tier keeps its arguments alive. Time goes into kernels, so a step is no slower.
        ("DOTNET_TC_CallCounting", "0"),
        ("DOTNET_TC_OnStackReplacement", "0"),

        // libgomp counts the machine's cores, .NET what the container may use.
        ("OMP_NUM_THREADS", Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture)),

        // Threads that wait for each other spin for milliseconds by default. Beside web and Postgres on the same cores that made
        // a step 2.6 times slower (7.4 s against 2.9 s at load 10 on two cores); so many rounds last tens of microseconds.
        ("GOMP_SPINCOUNT", "10000"),
        ("PYTORCH_CUDA_ALLOC_CONF", "expandable_segments:True"),
        ("CUBLAS_WORKSPACE_CONFIG", ":4096:8"),
    ];

    /// <summary>Call before anything else: what the process did so far, it does again.</summary>
    public static void Ensure()
    {
        var missing = Settings.Where(setting => Environment.GetEnvironmentVariable(setting.Name) is null).ToList();
        if (missing.Count == 0 || !OperatingSystem.IsLinux())
        {
            return;
        }

        missing.ForEach(setting => _ = SetVariable(setting.Name, setting.Value, overwrite: 0));
        var arguments = File.ReadAllText("/proc/self/cmdline").TrimEnd('\0').Split('\0');
        var vector = new nint[arguments.Length + 1];
        for (var i = 0; i < arguments.Length; i++)
        {
            vector[i] = Marshal.StringToCoTaskMemUTF8(arguments[i]);
        }

        fixed (nint* first = vector)
        {
            // Comes back only if it fails; the process then goes on without the settings.
            _ = Execute("/proc/self/exe", first);
        }

        foreach (var argument in vector)
        {
            Marshal.FreeCoTaskMem(argument);
        }
    }

    /// <summary>Sets variables for libraries that are not loaded yet, and for this program.</summary>
    public static void Set(IEnumerable<KeyValuePair<string, string?>> variables)
    {
        foreach (var (name, value) in variables)
        {
            Environment.SetEnvironmentVariable(name, value);
            if (value is not null && OperatingSystem.IsLinux())
            {
                // .NET keeps a copy of its own, which native code does not see.
                _ = SetVariable(name, value, overwrite: 1);
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetVariable(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "execv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, nint* arguments);
}
