using System.CommandLine;
using System.CommandLine.Invocation;
using Dashboard.Engine.Devices;
using Dashboard.Worker.Executing;
using Dashboard.Worker.Imports;
using Dashboard.Worker.Serving;
using Dashboard.Worker.Verbs;

// These verbs load the tensor library, which reads its settings from the environment.
if (args is ["train" or "sample" or "measure" or "bench" or "train-features" or "doctor" or "execute", ..])
{
    NativeEnvironment.Ensure();
}

// Each verb is a class with a static Create(); those without a database are listed first.
var root = new RootCommand("Trains and samples diffusion models for the dashboard.")
{
    TrainVerb.Create(),
    SampleVerb.Create(),
    MeasureVerb.Create(),
    ExportVerb.Create(),
    BenchVerb.Create(),
    DoctorVerb.Create(),
    TrainFeaturesVerb.Create(),
    WeightsVerb.Create(),
    ServeVerb.Create(),
    ExecuteVerb.Create(),
};
foreach (var chore in ImportCommand.Create())
{
    root.Add(chore);
}

var parsed = root.Parse(args);
if (parsed.Action is ParseErrorAction error)
{
    // What is wrong in a line; the help of a verb with many options would push it off the screen.
    error.ShowHelp = false;
}

// The library's own two seconds would cut a worker off while its child writes the checkpoint that it leaves behind.
return await parsed.InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
