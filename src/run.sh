#!/usr/bin/env bash
# Sets up what is missing, builds, and starts the dashboard; with arguments does one thing beside a running one:
#   bash src/run.sh
#   bash src/run.sh tokens add <name> --role admin|member|viewer
#   bash src/run.sh accounts add <e-mail> --role admin|member|viewer
#   bash src/run.sh tidy [--delete]
set -euo pipefail
cd "$(dirname "$0")/.."
. src/install.sh
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
web=src/Dashboard.Web/bin/Release/net10.0/Dashboard.Web.dll
stamp=src/Dashboard.Web/obj/run.stamp

sdk=$(dotnet --version 2>/dev/null) ||
  die "The .NET SDK 10 is missing: install dotnet-sdk-10.0 or see https://dotnet.microsoft.com/download/dotnet/10.0"

# Another Postgres than the private one is named in the environment or in appsettings.json.
names_postgres() { [ -n "${ConnectionStrings__Dashboard:-}" ] || grep -qE '"Dashboard": *"[^"]' appsettings.json; }

# A running dashboard holds a shared lock on its own program: its files must not be overwritten below it.
running() { [ -f "$web" ] && command -v flock >/dev/null && ! flock -n -x "$web" true; }

state() { echo "$sdk $(test -e /proc/driver/nvidia/version && echo gpu || echo no gpu)"; }

up_to_date() {
  [ -f "$web" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(state)" ] &&
    [ -z "$(find src migrations wwwroot Directory.* global.json \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit)" ]
}

build() {
  up_to_date && return
  echo "Building … (some minutes the first time: it fetches about half a gigabyte of packages)"
  local log started
  log=$(mktemp)
  mkdir -p "$(dirname "$stamp")"
  started=$(mktemp)
  state >"$started"
  if ! dotnet build src/Dashboard.slnf -c Release -v q --nologo -nodeReuse:false >"$log" 2>&1 9>&-; then
    grep -E 'error|Error' "$log" | sort -u | head -30 >&2 || cat "$log" >&2
    rm -f "$log" "$started"
    die "The build failed."
  fi
  mv "$started" "$stamp"
  rm -f "$log"
}

# What a build writes belongs to whoever built first; somebody else gets words instead of a wall of errors.
may_build() {
  local path
  for path in src/Dashboard.*/obj src/Dashboard.*/bin migrations/obj migrations/bin src/Dashboard.* migrations; do
    [ -e "$path" ] && [ ! -w "$path" ] && { echo "$path"; return 1; }
  done
  path=$(find src/Dashboard.*/obj src/Dashboard.*/bin migrations/obj migrations/bin ! -writable -print -quit 2>/dev/null) || true
  [ -z "$path" ] || { echo "$path"; return 1; }
}

names_postgres || has_postgres || remedy=" or set ConnectionStrings__Dashboard to a running one" install_postgres
if ! running && ! up_to_date; then
  foreign=$(may_build) || {
    owner=$(stat -c %U "$foreign" 2>/dev/null || echo "another user")
    die "The program must be built, but $(id -un 2>/dev/null || id -u) may not write to $PWD/$foreign, which belongs to $owner." \
      "Start it once as $owner (bash src/run.sh), or make the clone your own: sudo chown -R $(id -u):$(id -g) '$PWD'"
  }
  mkdir -p src/Dashboard.Web/obj
  exec 9>src/Dashboard.Web/obj/run.lock # two starts at once build one after the other
  ! command -v flock >/dev/null || flock 9
  running || build
  exec 9>&-
fi
exec dotnet "$web" "$@"
