using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Dashboard.Testing;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage.Tests;

/// <summary>What the gallery finds, and the order in which it is scrolled through.</summary>
public sealed class GalleryTests(PostgresFixture postgres) : StorageTest(postgres)
{
    private GalleryQueries Gallery => Get<GalleryQueries>();

    [Fact]
    public async Task Every_place_of_an_order_is_found_from_either_end()
    {
        var run = await AddAsync("a run", images: 50);
        var filter = new ImageFilter(run);
        var order = await Gallery.OrderAsync(filter, Stop);
        await AddAsync("another", images: 3);
        await DrawAsync(run, 2);
        Assert.Equal(50, order.Count);
        Assert.Equal(2, await Gallery.NewerAsync(filter, order, Stop));

        var all = new List<long>();
        for (var skip = 0; skip < order.Count; skip += 7)
        {
            all.AddRange((await Gallery.AtAsync(filter, order, skip, 7, Stop)).Select(image => image.Id));
        }

        Assert.Equal(50, all.Count);
        Assert.Equal(all.OrderDescending(), all);
        Assert.Equal(50, all.Distinct().Count());
        Assert.Equal(order.Newest, all[0]);
        Assert.Empty(await Gallery.AtAsync(filter, order, 50, 7, Stop));

        Assert.Equal(new ImagePlace(0, null, all[1]), await Gallery.PlaceAsync(filter, order, all[0], Stop));
        Assert.Equal(new ImagePlace(30, all[29], all[31]), await Gallery.PlaceAsync(filter, order, all[30], Stop));
        Assert.Equal(new ImagePlace(49, all[48], null), await Gallery.PlaceAsync(filter, order, all[49], Stop));
        Assert.Null(await Gallery.PlaceAsync(filter, order, order.Newest + 5, Stop));
    }

    [Fact]
    public async Task An_empty_gallery_is_an_empty_order()
    {
        var filter = new ImageFilter();
        var order = await Gallery.OrderAsync(filter, Stop);
        Assert.Equal(0, order.Count);
        Assert.Empty(await Gallery.AtAsync(filter, order, 0, 10, Stop));
        await AddAsync("a run", images: 2);
        Assert.Equal(2, await Gallery.NewerAsync(filter, order, Stop));
    }

    [Fact]
    public async Task Each_filter_admits_what_it_says()
    {
        var roses = await AddAsync("Roses", images: 4, owner: "ada", notes: "with a *long* warm-up", tags: ["wall"]);
        var tulips = await AddAsync("tulips_1%", images: 6, owner: "bob");
        await Only(new() { Search = "rose" }, roses, 4);
        await Only(new() { Search = "long* warm" }, roses, 4);
        await Only(new() { Search = "wall" }, roses, 4);
        await Only(new() { Search = "s_1%" }, tulips, 6);
        await Only(new() { Search = "%" }, tulips, 6);
        await Only(new() { Owner = "ada" }, roses, 4);
        await Only(new() { Owner = "Person B" }, tulips, 6);
        await Only(new() { Run = tulips, Seed = 3 }, tulips, 1);
        await Only(new() { Run = tulips, Evaluations = 5 }, tulips, 3);
        await Only(new() { Run = tulips, Sampler = "heun" }, tulips, 3);
        await Only(new() { Run = tulips, Epoch = 2 }, tulips, 2);
        await Only(new() { Run = tulips, From = Day(2), Until = Day(4) }, tulips, 2);
        Assert.Equal(0, (await Gallery.OrderAsync(new ImageFilter { Search = "nothing like it" }, Stop)).Count);

        async Task Only(ImageFilter filter, long run, int count)
        {
            var order = await Gallery.OrderAsync(filter, Stop);
            var found = await Gallery.AtAsync(filter, order, 0, 100, Stop);
            Assert.Equal((count, count), (order.Count, found.Count));
            Assert.All(found, image => Assert.Equal(run, image.Run));
            Assert.Equal(found.Select(i => i.Id), (await Gallery.ListAsync(filter, Stop)).Items.Select(i => i.Id));
        }
    }

    private async Task<T> DatabaseAsync<T>(Func<DashboardContext, Task<T>> action)
    {
        await using var db = await Get<IDbContextFactory<DashboardContext>>().CreateDbContextAsync(Stop);
        return await action(db);
    }

    private static DateTimeOffset Day(int day) => new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero).AddDays(day);

    private async Task<long> AddAsync(
        string name, int images, string owner = "ada", string notes = "", string[]? tags = null)
    {
        var run = await DatabaseAsync(async db =>
        {
            var added = new Run
            {
                Kind = RunKind.Training, Queue = TicketOffice.TrainingQueue, Name = name, Spec = "{}", Position = 1,
                OwnerId = owner, OwnerName = $"Person {owner[..1].ToUpperInvariant()}",
                Notes = notes, Tags = tags ?? [],
            };
            db.Runs.Add(added);
            await db.SaveChangesAsync(Stop);
            return added.Id;
        });
        await DrawAsync(run, images);
        return run;
    }

    /// <summary>Seeds 0, 1, …; each on a day of its own.</summary>
    private Task<int> DrawAsync(long run, int images) => DatabaseAsync(async db =>
    {
        var sha256 = $"{run:x64}";
        if (await db.ImageBlobs.FindAsync([sha256], Stop) is null)
        {
            db.ImageBlobs.Add(new() { Sha256 = sha256, Png = [1], Thumbnail = [1], Width = 8, Height = 8 });
        }

        db.Images.AddRange(Enumerable.Range(0, images).Select(i => new GalleryImage
        {
            RunId = run, Sequence = i + 1, Sha256 = sha256, Seed = i, Sampler = i % 2 == 0 ? "ddim" : "heun",
            Evaluations = i % 2 == 0 ? 5 : 20, Eta = 0, Step = i, Epoch = i / 2, ImagesSeen = 8 * i, CreatedAt = Day(i),
        }));
        return await db.SaveChangesAsync(Stop);
    });
}
