#!/usr/bin/env bash
# Measures the gallery on a database that it fills itself: IMAGES (1,000,000) pictures of RUNS (10,000) runs, with a real
# Postgres, the dashboard as src/run.sh starts it, and headless Chromium. Prints one name=value a line; times are the 95th
# percentile. SCROLL_MINUTES (1): how long the scrollbar is dragged to random places.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v chromium >/dev/null || command -v google-chrome >/dev/null || { echo "Chromium is missing: run bash tests/run.sh once." >&2; exit 1; }
dotnet build tests/Dashboard.Benchmarks/Gallery -c Release -v q --nologo
exec tests/Dashboard.Benchmarks/Gallery/bin/Release/net10.0/Dashboard.Benchmarks.Gallery
