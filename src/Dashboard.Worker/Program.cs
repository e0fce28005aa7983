using System.CommandLine;
using Dashboard.Worker.Executing;
using Dashboard.Worker.Imports;
using Dashboard.Worker.Serving;
using Dashboard.Worker.Verbs;

// Each verb is a class with a static Create(); those without a database are listed first.
var root = new RootCommand("Trains and samples diffusion models for the dashboard.")
{
    TrainVerb.Create(),
    SampleVerb.Create(),
    BenchVerb.Create(),
    TrainFeaturesVerb.Create(),
    ServeVerb.Create(),
    ExecuteVerb.Create(),
    ImportCommand.Create(),
};

// The library's own two seconds would cut a worker off while its child writes the checkpoint that it leaves behind.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(1) });
