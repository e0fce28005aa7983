using System.Runtime.CompilerServices;
using Dashboard.Engine.Devices;

namespace Dashboard.Engine.Tests;

/// <summary>Tests compute under the same settings as runs.</summary>
internal static class StartUp
{
    [ModuleInitializer]
    internal static void Prepare() => NativeEnvironment.Ensure();
}
