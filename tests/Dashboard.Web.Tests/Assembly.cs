using Xunit.Sdk;
using Xunit.v3;

// Hangfire's log provider is one for the whole process and belongs to the host that was built last: two hosts at a time
// would log to a logger factory that the other has disposed of.
[assembly: Parallelization(Mode = ParallelMode.None)]
