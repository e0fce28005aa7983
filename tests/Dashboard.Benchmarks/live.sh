#!/usr/bin/env bash
# Measures how long a metric takes from the training process to the browser's DOM, on the real thing:
# bash src/run.sh, private Postgres, worker, child process, LISTEN/NOTIFY, Blazor circuit, headless Chromium.
# The last line is event_to_dom_p95_ms=<n>.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v chromium >/dev/null || command -v google-chrome >/dev/null || { echo "Chromium is missing: run bash tests/run.sh once." >&2; exit 1; }
dotnet build tests/Dashboard.Benchmarks/Live -c Release -v q --nologo
exec tests/Dashboard.Benchmarks/Live/bin/Release/net10.0/Dashboard.Benchmarks.Live
