using System.Text.RegularExpressions;
using Dashboard.Testing;

namespace Dashboard.Engine.Tests;

/// <summary>The engine is a stack: a room uses only the rooms before it. Rooms on one line don't use each other either.</summary>
public sealed partial class RoomsTests
{
    private const string Names =
        "(?<room>Devices|Imaging|Downloads|Randomness|Data|Networks|Checkpoints|Sampling|Metrics|Training|Benchmarks|Doctor)";

    private static readonly string[][] Order =
    [
        ["Devices", "Imaging", "Downloads", "Randomness"],
        [""],
        ["Data"],
        ["Networks"],
        ["Checkpoints"],
        ["Sampling"],
        ["Metrics"],
        ["Training"],
        ["Benchmarks", "Doctor"],
    ];

    private static readonly string Engine = Path.Combine(Repository.Root, "src", "Dashboard.Engine");

    public static TheoryData<string> Rooms => [.. Order.SelectMany(rooms => rooms)];

    [Fact]
    public void Every_room_has_its_place()
    {
        var folders = Directory.GetDirectories(Engine).Select(folder => Path.GetFileName(folder)).Except(["bin", "obj"]);
        Assert.Equal(Order.SelectMany(rooms => rooms).Where(room => room != "").Order(), folders.Order());
    }

    [Theory, MemberData(nameof(Rooms))]
    public void A_room_uses_only_rooms_before_it(string room)
    {
        var place = PlaceOf(room);
        var uses =
            from file in Directory.GetFiles(
                Path.Combine(Engine, room), "*.cs", room == "" ? SearchOption.TopDirectoryOnly : SearchOption.AllDirectories)
            from Match use in Use().Matches(File.ReadAllText(file))
            let used = use.Groups["room"].Value
            where used != room && PlaceOf(used) >= place
            select $"{Path.GetRelativePath(Engine, file)} uses {used}";
        Assert.Empty(uses.Distinct());
    }

    private static int PlaceOf(string room) => Array.FindIndex(Order, rooms => rooms.Contains(room));

    /// <summary>In a using directive or a qualified name, or at the beginning of a name that only the room qualifies.</summary>
    [GeneratedRegex($@"(?<=\bEngine\.){Names}\b|(?<![\w.<""]){Names}\.(?=[A-Z])")]
    private static partial Regex Use();
}
