using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Dashboard.Migrations
{
    /// <inheritdoc />
    public partial class Gallery : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_images_samples",
                table: "images",
                column: "id",
                filter: "frame_index IS NULL")
                .Annotation("Npgsql:IndexInclude", new[] { "run_id", "seed", "epoch", "sampler", "evaluations", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_images_samples_of_run",
                table: "images",
                columns: new[] { "run_id", "id" },
                filter: "frame_index IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_images_samples_of_seed",
                table: "images",
                columns: new[] { "seed", "id" },
                filter: "frame_index IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_images_samples",
                table: "images");

            migrationBuilder.DropIndex(
                name: "ix_images_samples_of_run",
                table: "images");

            migrationBuilder.DropIndex(
                name: "ix_images_samples_of_seed",
                table: "images");
        }
    }
}
