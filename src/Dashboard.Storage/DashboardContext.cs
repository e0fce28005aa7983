using Dashboard.Diffusion.Runs;
using Dashboard.Storage.Accounts;
using Dashboard.Storage.Datasets;
using Dashboard.Storage.Gallery;
using Dashboard.Storage.Runs;
using Dashboard.Storage.Workers;
using Microsoft.AspNetCore.DataProtection.EntityFrameworkCore;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace Dashboard.Storage;

/// <summary>All tables, those of ASP.NET Core Identity and data protection among them. Hangfire keeps its own schema.</summary>
public sealed class DashboardContext(DbContextOptions<DashboardContext> options)
    : IdentityDbContext<Account, IdentityRole, string>(options), IDataProtectionKeyContext
{
    public DbSet<Dataset> Datasets => Set<Dataset>();

    public DbSet<DatasetImage> DatasetImages => Set<DatasetImage>();

    public DbSet<DatasetProblem> DatasetProblems => Set<DatasetProblem>();

    public DbSet<Run> Runs => Set<Run>();

    public DbSet<Metric> Metrics => Set<Metric>();

    public DbSet<RunLog> RunLogs => Set<RunLog>();

    public DbSet<Checkpoint> Checkpoints => Set<Checkpoint>();

    public DbSet<GalleryImage> Images => Set<GalleryImage>();

    public DbSet<ImageBlob> ImageBlobs => Set<ImageBlob>();

    public DbSet<WorkerRow> Workers => Set<WorkerRow>();

    public DbSet<Invitation> Invitations => Set<Invitation>();

    public DbSet<ResetLink> ResetLinks => Set<ResetLink>();

    public DbSet<EndedSession> EndedSessions => Set<EndedSession>();

    public DbSet<SignInFailure> SignInFailures => Set<SignInFailure>();

    public DbSet<ApiToken> ApiTokens => Set<ApiToken>();

    public DbSet<DataProtectionKey> DataProtectionKeys => Set<DataProtectionKey>();

    /// <summary>Fixed here: options of a host must not change the tables.</summary>
    protected override Version SchemaVersion => IdentitySchemaVersions.Version2;

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);

        builder.Entity<Account>(account =>
        {
            account.ToTable("accounts");
            account.Property(a => a.DisplayName).HasMaxLength(120);
        });
        builder.Entity<IdentityRole>().ToTable("roles");
        builder.Entity<IdentityUserRole<string>>().ToTable("account_roles");
        builder.Entity<IdentityUserClaim<string>>().ToTable("account_claims");
        builder.Entity<IdentityUserLogin<string>>().ToTable("account_logins");
        builder.Entity<IdentityUserToken<string>>().ToTable("account_tokens");
        builder.Entity<IdentityRoleClaim<string>>().ToTable("role_claims");

        builder.Entity<Dataset>(dataset =>
        {
            dataset.ToTable("datasets");
            dataset.HasIndex(d => d.Name).IsUnique();
            dataset.Property(d => d.Name).HasMaxLength(120);
            dataset.Property(d => d.Kind).HasConversion<string>();
            dataset.Property(d => d.State).HasConversion<string>();
            dataset.Property(d => d.Source).HasColumnType("jsonb");
            dataset.Property(d => d.Labels).HasColumnType("jsonb");
            // Rows are also inserted by hand-written statements.
            dataset.Property(d => d.IsHashed).HasDefaultValue(false);
        });
        builder.Entity<DatasetImage>(image =>
        {
            image.ToTable("dataset_images");
            image.HasKey(i => new { i.DatasetId, i.Index });
            foreach (var mark in new[]
            {
                nameof(DatasetImage.LeftOut), nameof(DatasetImage.IsTransparent), nameof(DatasetImage.IsAnimated),
            })
            {
                image.Property<bool>(mark).HasDefaultValue(false);
            }

            image.HasOne<Dataset>().WithMany().HasForeignKey(i => i.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<DatasetProblem>(problem =>
        {
            problem.ToTable("dataset_problems");
            problem.HasOne<Dataset>().WithMany().HasForeignKey(p => p.DatasetId).OnDelete(DeleteBehavior.Cascade);
        });

        builder.Entity<Run>(run =>
        {
            run.ToTable("runs");
            run.Property(r => r.Name).HasMaxLength(200);
            run.Property(r => r.Kind).HasConversion<string>();
            run.Property(r => r.State).HasConversion<string>();
            run.Property(r => r.Request).HasConversion<string>();
            run.Property(r => r.Spec).HasColumnType("jsonb");
            // Rows are also inserted by hand-written statements, hence defaults in the database.
            run.Property(r => r.Facts).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
            run.Property(r => r.LastMetrics).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
            run.Property(r => r.BestMetrics).HasColumnType("jsonb").HasDefaultValueSql("'{}'");
            run.Property(r => r.Request).HasDefaultValue(RunCommand.None);
            foreach (var counter in new[] { nameof(Run.Attempt), nameof(Run.Crashes), nameof(Run.Epoch) })
            {
                run.Property<int>(counter).HasDefaultValue(0);
            }

            foreach (var counter in new[]
            {
                nameof(Run.Sequence), nameof(Run.Reported), nameof(Run.RewindSequence), nameof(Run.Step), nameof(Run.ImagesDone),
                nameof(Run.ImagesTotal)
            })
            {
                run.Property<long>(counter).HasDefaultValue(0L);
            }

            // Only the database's trigger writes these.
            foreach (var seconds in new[] { nameof(Run.WorkedSeconds), nameof(Run.WaitedSeconds), nameof(Run.PausedSeconds) })
            {
                run.Property<double>(seconds).HasDefaultValue(0.0);
            }

            run.Property(r => r.StateSince).HasDefaultValueSql("now()");
            run.Property(r => r.Notes).HasDefaultValue("");
            run.Property(r => r.Tags).HasDefaultValueSql("'{}'");
            run.Property(r => r.StarredBy).HasDefaultValueSql("'{}'");
            // A deleted run waits for its removal: nobody sees it any more.
            run.HasQueryFilter(r => r.DeletedAt == null);
            run.HasIndex(r => r.DeletedAt).HasFilter("deleted_at IS NOT NULL");
            run.HasIndex(r => new { r.State, r.Queue, r.Position });
            run.HasOne<WorkerRow>().WithMany().HasForeignKey(r => r.WorkerId).OnDelete(DeleteBehavior.SetNull);
            run.HasOne<Dataset>().WithMany().HasForeignKey(r => r.DatasetId).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<Metric>(metric =>
        {
            metric.ToTable("metrics");
            metric.HasKey(m => new { m.RunId, m.Name, m.Sequence });
            metric.HasIndex(m => new { m.RunId, m.Sequence });
            metric.HasOne<Run>().WithMany().HasForeignKey(m => m.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<RunLog>(log =>
        {
            log.ToTable("run_logs");
            log.HasKey(l => new { l.RunId, l.Sequence });
            log.Property(l => l.Level).HasConversion<string>();
            log.HasOne<Run>().WithMany().HasForeignKey(l => l.RunId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<Checkpoint>(checkpoint =>
        {
            checkpoint.ToTable("checkpoints");
            checkpoint.Property(c => c.Kind).HasConversion<string>();
            checkpoint.HasIndex(c => new { c.RunId, c.Sequence });
            checkpoint.HasOne<Run>().WithMany().HasForeignKey(c => c.RunId).OnDelete(DeleteBehavior.Cascade);
        });

        builder.Entity<GalleryImage>(image =>
        {
            image.ToTable("images");
            image.Property(i => i.FrameShows).HasConversion<string>();
            image.HasIndex(i => new { i.RunId, i.Sequence });
            image.HasIndex(i => new { i.RunId, i.Seed, i.Epoch });
            image.HasIndex(i => i.Sha256);
            // Samples by place, with all that the gallery filters by, so that a place is found without reading rows.
            image.HasIndex(i => i.Id).HasDatabaseName("ix_images_samples").HasFilter("frame_index IS NULL")
                .IncludeProperties(i => new { i.RunId, i.Seed, i.Epoch, i.Sampler, i.Evaluations, i.CreatedAt });
            image.HasIndex(i => new { i.RunId, i.Id }).HasDatabaseName("ix_images_samples_of_run")
                .HasFilter("frame_index IS NULL");
            image.HasIndex(i => new { i.Seed, i.Id }).HasDatabaseName("ix_images_samples_of_seed")
                .HasFilter("frame_index IS NULL");
            image.HasOne<Run>().WithMany().HasForeignKey(i => i.RunId).OnDelete(DeleteBehavior.Cascade);
            image.HasOne<ImageBlob>().WithMany().HasForeignKey(i => i.Sha256).OnDelete(DeleteBehavior.Restrict);
        });
        builder.Entity<ImageBlob>(blob =>
        {
            blob.ToTable("image_blobs");
            blob.HasKey(b => b.Sha256);
            blob.Property(b => b.Sha256).HasMaxLength(64);
            // PNG and WebP are compressed already.
            blob.Property(b => b.Png).HasColumnType("bytea");
        });

        builder.Entity<WorkerRow>().ToTable("workers");
        builder.Entity<Invitation>(invitation =>
        {
            invitation.ToTable("invitations");
            invitation.HasIndex(i => i.SecretHash).IsUnique();
            invitation.HasOne<Account>().WithMany().HasForeignKey(i => i.MakerId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<ResetLink>(link =>
        {
            link.ToTable("reset_links");
            link.HasIndex(l => l.SecretHash).IsUnique();
            link.HasOne<Account>().WithMany().HasForeignKey(l => l.AccountId).OnDelete(DeleteBehavior.Cascade);
            link.HasOne<Account>().WithMany().HasForeignKey(l => l.MakerId).OnDelete(DeleteBehavior.Cascade);
        });
        builder.Entity<EndedSession>().ToTable("ended_sessions");
        builder.Entity<SignInFailure>(failure =>
        {
            failure.ToTable("sign_in_failures");
            failure.HasKey(f => new { f.EmailHash, f.Source });
            failure.HasIndex(f => f.LastAt);
            failure.Property(f => f.Source).HasMaxLength(200);
        });
        builder.Entity<ApiToken>(token =>
        {
            token.ToTable("api_tokens");
            token.HasIndex(t => t.SecretHash).IsUnique();
            token.Property(t => t.Name).HasMaxLength(Accounts.ApiTokens.LongestName);
            token.HasOne<Account>().WithMany().HasForeignKey(t => t.OwnerId).OnDelete(DeleteBehavior.Cascade);
        });
    }
}
