#!/usr/bin/env bash
# Sets up what is missing, builds, and starts the dashboard; with arguments does one thing beside a running one:
#   bash src/run.sh
#   bash src/run.sh tokens add <name> --role admin|member|viewer
#   bash src/run.sh accounts add <e-mail> --role admin|member|viewer
set -euo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_UI_LANGUAGE=en
web=src/Dashboard.Web/bin/Release/net10.0/Dashboard.Web.dll
stamp=src/Dashboard.Web/obj/run.stamp

die() { echo "$*" >&2; exit 1; }

sdk=$(dotnet --version 2>/dev/null) ||
  die "The .NET SDK 10 is missing: install dotnet-sdk-10.0 or see https://dotnet.microsoft.com/download/dotnet/10.0"

install_postgres() {
  local hint="Postgres is missing. Install it (Debian and Ubuntu: postgresql, Fedora: postgresql-server) or set ConnectionStrings__Dashboard to one that runs."
  local root=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "$hint"
    root=(sudo)
  fi
  echo "Installing Postgres with the system's package manager …"
  if command -v apt-get >/dev/null; then
    "${root[@]}" apt-get update -qq
    # The dashboard keeps a cluster of its own; the package must not start another one.
    "${root[@]}" mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" | "${root[@]}" tee /etc/postgresql-common/createcluster.d/dashboard.conf >/dev/null
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >/dev/null || die "$hint"
    "${root[@]}" rm -f /etc/postgresql-common/createcluster.d/dashboard.conf
  elif command -v dnf >/dev/null; then "${root[@]}" dnf install -y -q postgresql-server || die "$hint"
  elif command -v zypper >/dev/null; then "${root[@]}" zypper -q install -y postgresql-server || die "$hint"
  elif command -v pacman >/dev/null; then "${root[@]}" pacman -S --noconfirm --needed postgresql >/dev/null || die "$hint"
  elif command -v apk >/dev/null; then "${root[@]}" apk add -q postgresql || die "$hint"
  else die "$hint"
  fi
}

has_postgres() { # or another one is named in the environment or in appsettings.json
  [ -n "${ConnectionStrings__Dashboard:-}" ] || grep -qE '"Dashboard": *"[^"]' appsettings.json ||
    compgen -G '/usr/lib/postgresql*/*/bin/initdb' >/dev/null || compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null ||
    command -v initdb >/dev/null
}

# A running dashboard holds a shared lock on its own program: its files must not be overwritten below it.
running() { [ -f "$web" ] && command -v flock >/dev/null && ! flock -n -x "$web" true; }

state() { echo "$sdk $(test -e /proc/driver/nvidia/version && echo gpu || echo no gpu)"; }

up_to_date() {
  [ -f "$web" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$(state)" ] &&
    [ -z "$(find src migrations wwwroot Directory.* global.json \( -name bin -o -name obj \) -prune -o -newer "$stamp" -print -quit)" ]
}

build() {
  up_to_date && return
  echo "Building … (the first time some minutes: it fetches packages of about half a gigabyte)"
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

has_postgres || install_postgres
mkdir -p src/Dashboard.Web/obj
exec 9>src/Dashboard.Web/obj/run.lock # two starts at once build one after the other
command -v flock >/dev/null && flock 9
running || build
exec dotnet "$web" "$@" 9>&-
