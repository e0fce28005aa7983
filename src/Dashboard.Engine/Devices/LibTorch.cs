using System.Reflection;

namespace Dashboard.Engine.Devices;

/// <summary>The native library behind every tensor.</summary>
public static class LibTorch
{
    /// <summary>Of the bindings, found without loading the library.</summary>
    public static string Version =>
        typeof(TorchSharp.torch).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
            ?? "unknown";

    /// <returns>What to do where it can't be loaded; null for any other failure.</returns>
    public static string? ExplainMissing(Exception failure) =>
        failure is TypeInitializationException { TypeName: "TorchSharp.torch" or "TorchSharp.torch+random" }
            ? "libtorch can't be loaded. This program was built to use a copy from another place: "
                + "name its folder in LD_LIBRARY_PATH (libtorch 2.10), or build with TorchBackend=cpu or TorchBackend=cuda."
            : null;
}
