using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Migrations
{
    /// <inheritdoc />
    public partial class RunTimes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<double>(
                name: "paused_seconds",
                table: "runs",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "state_since",
                table: "runs",
                type: "timestamp with time zone",
                nullable: false,
                defaultValueSql: "now()");

            migrationBuilder.AddColumn<double>(
                name: "waited_seconds",
                table: "runs",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0);

            migrationBuilder.AddColumn<double>(
                name: "worked_seconds",
                table: "runs",
                type: "double precision",
                nullable: false,
                defaultValue: 0.0);

            // Runs of before the columns: when each was paused was not written down.
            migrationBuilder.Sql(
                """
                UPDATE runs SET
                    state_since = CASE
                        WHEN state IN ('Running', 'Pausing') THEN coalesce(started_at, created_at)
                        ELSE coalesce(ended_at, heartbeat_at, created_at) END,
                    waited_seconds = CASE WHEN started_at IS NULL AND ended_at IS NULL AND heartbeat_at IS NULL THEN 0
                        ELSE greatest(0, extract(epoch FROM coalesce(started_at, ended_at, heartbeat_at) - created_at)) END,
                    worked_seconds = CASE WHEN state IN ('Running', 'Pausing') OR started_at IS NULL THEN 0
                        ELSE greatest(0, extract(epoch FROM coalesce(ended_at, heartbeat_at, started_at) - started_at)) END
                """);

            // A trigger, so that no statement that changes a state can forget it, not even that of an older program. A worker
            // writes at least every few seconds: what came after its last sign of life was not worked.
            migrationBuilder.Sql(
                """
                CREATE FUNCTION runs_times() RETURNS trigger LANGUAGE plpgsql AS $$
                DECLARE
                    spent float8 := greatest(0, extract(epoch FROM now() - OLD.state_since));
                    worked float8 := least(spent, greatest(0, extract(epoch FROM
                        coalesce(OLD.heartbeat_at, OLD.state_since) + interval '5 seconds' - OLD.state_since)));
                BEGIN
                    NEW.state_since := now();
                    IF OLD.state IN ('Running', 'Pausing') THEN
                        NEW.worked_seconds := OLD.worked_seconds + worked;
                        NEW.waited_seconds := OLD.waited_seconds + spent - worked;
                    ELSIF OLD.state = 'Queued' THEN
                        NEW.waited_seconds := OLD.waited_seconds + spent;
                    ELSIF OLD.state = 'Paused' THEN
                        NEW.paused_seconds := OLD.paused_seconds + spent;
                    END IF;
                    RETURN NEW;
                END $$;
                CREATE TRIGGER runs_times BEFORE UPDATE OF state ON runs FOR EACH ROW
                    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION runs_times();
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("DROP TRIGGER runs_times ON runs; DROP FUNCTION runs_times();");

            migrationBuilder.DropColumn(
                name: "paused_seconds",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "state_since",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "waited_seconds",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "worked_seconds",
                table: "runs");
        }
    }
}
