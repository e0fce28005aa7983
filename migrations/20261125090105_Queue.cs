using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Migrations
{
    /// <inheritdoc />
    public partial class Queue : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_runs_state_kind_position",
                table: "runs");

            migrationBuilder.AddColumn<string>(
                name: "arithmetic",
                table: "workers",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "queue",
                table: "runs",
                type: "text",
                nullable: false,
                defaultValue: "sampling");

            // Runs of before the column: as their kind decided.
            migrationBuilder.Sql("UPDATE runs SET queue = 'training' WHERE kind = 'Training'");
            migrationBuilder.Sql("ALTER TABLE runs ALTER COLUMN queue DROP DEFAULT");

            migrationBuilder.CreateIndex(
                name: "ix_runs_state_queue_position",
                table: "runs",
                columns: new[] { "state", "queue", "position" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_runs_state_queue_position",
                table: "runs");

            migrationBuilder.DropColumn(
                name: "arithmetic",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "queue",
                table: "runs");

            migrationBuilder.CreateIndex(
                name: "ix_runs_state_kind_position",
                table: "runs",
                columns: new[] { "state", "kind", "position" });
        }
    }
}
