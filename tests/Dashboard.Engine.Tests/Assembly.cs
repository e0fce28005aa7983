using Xunit.Sdk;
using Xunit.v3;

// libtorch's generators, thread teams and tensor counts belong to the process: these tests run one after the other.
[assembly: Parallelization(Mode = ParallelMode.None)]
