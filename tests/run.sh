#!/usr/bin/env bash
# Installs what the tests need (Postgres, Chromium, nginx, and PyTorch for the second implementation), builds, and runs
# every test against a real Postgres, a real worker and a real browser.
# usage: bash tests/run.sh [project-name-part]      e.g. bash tests/run.sh Engine
set -euo pipefail
cd "$(dirname "$0")/.."
. src/install.sh
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en

has_postgres || install_postgres
/usr/bin/python3 -c 'import torch' 2>/dev/null || install PyTorch apt-get:python3-torch
command -v chromium >/dev/null || command -v google-chrome >/dev/null || install Chromium apt-get:chromium dnf:chromium
[ -x /usr/sbin/nginx ] || command -v nginx >/dev/null || install nginx apt-get:nginx-light dnf:nginx

dotnet build Dashboard.sln -c Release -v q --nologo

logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# Prints a project's output in one piece when it has ended.
run() {
  local name=$1
  "tests/$name/bin/Release/net10.0/$name" --output Normal --progress off --no-ansi >"$logs/$name" 2>&1 || touch "$logs/$name.broken"
  { echo "── $name"; cat "$logs/$name"; } | flock "$logs" cat
}
export -f run
export logs

# Two at a time, for much of them is waiting; from the end of the alphabet, where the longest two are.
printf '%s\n' tests/*/*.csproj | xargs -n 1 basename -s .csproj | grep -E '\.(Tests|EndToEnd)$' | grep -F -- "${1:-}" | sort -r |
  xargs -P 2 -I{} bash -c 'run {}'

total() { sed -nE "s/^ *$1: ([0-9]+)\$/\1/p" "$logs"/Dashboard.* | awk '{ sum += $1 } END { print sum + 0 }'; }
passed=$(total succeeded) failed=$(total failed) skipped=$(total skipped)
broken=$(find "$logs" -name '*.broken' -printf '%f\n' | sed 's/.broken$//' | sort | paste -sd' ')
[ -z "$broken" ] || echo "Not green: $broken"
echo "$passed passed, $failed failed, $skipped skipped"
[ -z "$broken" ] && [ "$passed" -gt 0 ]
