using System.Text.Json;
using Dashboard.Diffusion.Runs;
using Dashboard.Storage;
using Dashboard.Storage.Queue;
using Dashboard.Storage.Runs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using Npgsql;

namespace Dashboard.Benchmarks.Gallery;

/// <summary>A database as a team has it after a long time.</summary>
internal static class Filling
{
    private const int Blobs = 512;

    /// <summary>Pictures of soft colours, as PNG and as the WebP of a thumbnail, drawn by the browser.</summary>
    private const string Draw = """
        async count => {
          const canvas = document.createElement('canvas');
          canvas.width = canvas.height = 64;
          const pen = canvas.getContext('2d');
          const text = type => new Promise(done => canvas.toBlob(blob => {
            const reader = new FileReader();
            reader.onload = () => done(reader.result.split(',')[1]);
            reader.readAsDataURL(blob);
          }, type, 0.8));
          const all = [];
          for (let i = 0; i < count; i++) {
            for (let spot = 0; spot < 24; spot++) {
              const x = Math.random() * 64, y = Math.random() * 64, r = 4 + Math.random() * 20;
              const colour = pen.createRadialGradient(x, y, 0, x, y, r);
              colour.addColorStop(0, `hsl(${Math.random() * 360} 70% 55%)`);
              colour.addColorStop(1, 'transparent');
              pen.fillStyle = colour;
              pen.fillRect(0, 0, 64, 64);
            }
            all.push([await text('image/png'), await text('image/webp')]);
          }
          return all;
        }
        """;

    public static async Task FillAsync(
        NpgsqlDataSource source, IDbContextFactory<DashboardContext> contexts, IPage page, int runs, int images,
        CancellationToken stop)
    {
        await using (var db = await contexts.CreateDbContextAsync(stop))
        {
            var drawn = (await page.EvaluateAsync(Draw, Blobs))!.Value.EnumerateArray().ToList();
            db.ImageBlobs.AddRange(drawn.Select((pair, i) => new Storage.Gallery.ImageBlob
            {
                Sha256 = $"{i:x64}", Png = Bytes(pair[0]), Thumbnail = Bytes(pair[1]), Width = 64, Height = 64,
            }));
            db.Runs.Add(new Run
            {
                Kind = RunKind.Training, Queue = TicketOffice.TrainingQueue, Name = "pattern", Position = 0,
                State = RunState.Succeeded, Spec = """{"preset":"ddim-keras"}""",
            });
            await db.SaveChangesAsync(stop);
        }

        await ExecuteAsync(
            """
            INSERT INTO runs SELECT made.* FROM runs pattern, generate_series(2, @runs) g, jsonb_populate_record(pattern,
                jsonb_build_object('id', g, 'position', g, 'owner_id', 'p' || g % 20, 'owner_name', 'Person ' || g % 20,
                    'name', (ARRAY['cosine','linear','sigmoid','karras','zero snr'])[1 + g % 5] || ' '
                        || (ARRAY['unet','wide','deep','attention'])[1 + g % 4] || ' ' || g,
                    'notes', CASE WHEN g % 7 = 0 THEN 'lower learning rate, batch ' || g % 13 ELSE '' END,
                    'tags', CASE WHEN g % 11 = 0 THEN '["paper"]'::jsonb ELSE '[]'::jsonb END)) made
            """);
        await ExecuteAsync(
            """
            INSERT INTO images (run_id, sequence, sha256, seed, sampler, evaluations, eta, step, epoch, images_seen, created_at)
            SELECT 1 + g % @runs, g, lpad(to_hex(g % @blobs), 64, '0'), g / @runs % 64,
                (ARRAY['ddim','ddpm','heun','uni-pc'])[1 + g % 4], (ARRAY[5,20,50,250])[1 + g / 4 % 4], 0, g % 9000, g / @runs,
                g, timestamptz '2026-01-01' + g * interval '20 seconds'
            FROM generate_series(0, @images - 1) g
            """);
        await ExecuteAsync("SELECT setval(pg_get_serial_sequence('runs', 'id'), @runs + 1)");
        await ExecuteAsync("VACUUM ANALYZE");

        async Task ExecuteAsync(string sql)
        {
            await using var command = source.CreateCommand(sql);
            command.CommandTimeout = 0;
            foreach (var (name, value) in new[] { ("runs", runs), ("blobs", Blobs), ("images", images) })
            {
                if (sql.Contains($"@{name}", StringComparison.Ordinal))
                {
                    command.Parameters.AddWithValue(name, value);
                }
            }

            await command.ExecuteNonQueryAsync(stop);
        }
    }

    private static byte[] Bytes(JsonElement text) => text.GetBytesFromBase64();
}
