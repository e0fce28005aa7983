# Sourced by src/run.sh and tests/run.sh: installs, with the system's package manager, what does not come as a NuGet package.

die() { echo "$*" >&2; exit 1; }

# install <what> <manager>:<package>…      e.g. install Chromium apt-get:chromium dnf:chromium
# $remedy, where it is set, names another way out in the error.
install() {
  local what=$1 choice manager="" package="" root=()
  shift
  for choice in "$@"; do
    if command -v "${choice%%:*}" >/dev/null; then manager=${choice%%:*} package=${choice#*:}; break; fi
  done
  local hint="$what is missing. Install it ($*)${remedy:-} and start again."
  [ -n "$manager" ] || die "$hint"
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || die "$hint"
    root=(sudo)
  fi
  echo "Installing $what with the system's package manager …"
  case $manager in
    apt-get)
      "${root[@]}" apt-get update -qq || die "$hint"
      "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null ;;
    dnf) "${root[@]}" dnf install -y -q "$package" ;;
    zypper) "${root[@]}" zypper -q install -y "$package" ;;
    pacman) "${root[@]}" pacman -S --noconfirm --needed "$package" >/dev/null ;;
    apk) "${root[@]}" apk add -q "$package" ;;
  esac || die "$hint"
}

has_postgres() {
  compgen -G '/usr/lib/postgresql*/*/bin/initdb' >/dev/null || compgen -G '/usr/pgsql-*/bin/initdb' >/dev/null ||
    command -v initdb >/dev/null
}

install_postgres() {
  local policy=/etc/postgresql-common/createcluster.d/dashboard.conf root=()
  [ "$(id -u)" = 0 ] || root=(sudo)
  if command -v apt-get >/dev/null && { [ ${#root[@]} = 0 ] || command -v sudo >/dev/null; }; then
    # Debian's package would start a cluster of its own; the dashboard keeps a private one.
    "${root[@]}" mkdir -p "$(dirname "$policy")"
    echo "create_main_cluster = false" | "${root[@]}" tee "$policy" >/dev/null
  fi
  install Postgres apt-get:postgresql dnf:postgresql-server zypper:postgresql-server pacman:postgresql apk:postgresql
  [ ! -f "$policy" ] || "${root[@]}" rm -f "$policy"
}
