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

passed=0 failed=0 skipped=0 broken=()
for project in tests/*/*.csproj; do
  name=$(basename "$project" .csproj)
  case "$name" in *.Tests | *.EndToEnd) ;; *) continue ;; esac
  [[ "$name" == *"${1:-}"* ]] || continue
  echo "── $name"
  log=$(mktemp)
  "tests/$name/bin/Release/net10.0/$name" --output Normal --progress off --no-ansi 2>&1 | tee "$log" || broken+=("$name")
  count() { sed -nE "s/^ *$1: ([0-9]+)\$/\1/p" "$log" | tail -1; }
  passed=$((passed + $(count succeeded || true) + 0)) failed=$((failed + $(count failed || true) + 0)) skipped=$((skipped + $(count skipped || true) + 0))
  rm -f "$log"
done

[ ${#broken[@]} = 0 ] || echo "Not green: ${broken[*]}"
echo "$passed passed, $failed failed, $skipped skipped"
[ ${#broken[@]} = 0 ] && [ "$passed" -gt 0 ]
