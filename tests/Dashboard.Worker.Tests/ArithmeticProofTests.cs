using Dashboard.Diffusion.Specs;
using Dashboard.Worker.Arithmetic;

namespace Dashboard.Worker.Tests;

public sealed class ArithmeticProofTests
{
    [Fact]
    public async Task Right_arithmetic_is_used_as_it_is()
    {
        var (report, certain) = await FindAsync((_, _) => null);

        Assert.True(certain);
        Assert.Null(report.Instructions);
        Assert.Equal("fp32, bf16 checked", report.Summary);
    }

    [Fact]
    public async Task What_is_wrong_is_computed_with_fewer_instructions_and_told()
    {
        var (report, _) = await FindAsync((precision, instructions) =>
            precision == Precision.Bf16 && instructions is (null or "AVX512_CORE_BF16")
                ? "3×3 convolution in bf16: error 4E33"
                : null);

        Assert.Equal("AVX512_CORE", report.Instructions);
        Assert.Null(report.Problem(Precision.Bf16));
        Assert.StartsWith(
            "fp32, bf16 checked on the slower AVX512_CORE instructions, because 3×3 convolution in bf16", report.Summary,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_precision_that_is_wrong_everywhere_is_refused_and_the_others_stay_fast()
    {
        var (report, _) = await FindAsync((precision, _) => precision == Precision.Bf16 ? "attention: SIGFPE" : null);

        Assert.Null(report.Instructions);
        Assert.Null(report.Problem(Precision.Fp32));
        Assert.Equal("attention: SIGFPE", report.Problem(Precision.Bf16));
    }

    [Fact]
    public async Task A_check_that_was_killed_from_outside_proves_nothing_and_is_not_kept()
    {
        var proof = new ArithmeticProof(cuda: false, (_, _, _) => Task.FromResult(new CheckOutcome("killed", Certain: false)));
        var (report, certain) = await proof.FindAsync(TestContext.Current.CancellationToken);

        Assert.False(certain);
        Assert.Null(report.Problem(Precision.Bf16));
        Assert.Equal("nothing checked; fp32 not checked: killed; bf16 not checked: killed", report.Summary);
    }

    [Fact]
    public void A_report_is_kept_for_the_machine()
    {
        var folder = Directory.CreateTempSubdirectory("arithmetic-").FullName;
        var cache = new ArithmeticCache(Path.Combine(folder, "below", "report.json"));
        Assert.Null(cache.Read());

        cache.Write(new() { Verdicts = [new(Precision.Bf16, "wrong")] });

        Assert.Equal("wrong", cache.Read()!.Problem(Precision.Bf16));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task The_doctor_says_what_this_machine_computes_rightly()
    {
        Assert.Matches("(?m)^fp32, bf16 checked", await WorkerVerb.RunAsync("doctor"));
    }

    private static Task<(Engine.Devices.ArithmeticReport Report, bool Certain)> FindAsync(
        Func<Precision, string?, string?> problem) =>
        new ArithmeticProof(cuda: false, (precision, instructions, _) =>
            Task.FromResult(new CheckOutcome(problem(precision, instructions), Certain: true)))
            .FindAsync(TestContext.Current.CancellationToken);
}
