#!/usr/bin/env bash
# Imports a zip of photographs (reads, checks, hashes, makes thumbnails; here it is packed and flushed to the disk too) and decodes them
# (crops and resizes to 64 x 64; here the result is written too), here and with torchvision's loader, all cores, in alternation.
# Prints last "import=<ratio> decode=<ratio>": how many times faster this is.
# usage: bash tests/Dashboard.Benchmarks/import-against-torchvision.sh images.zip     ROUNDS=3
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
rounds=${ROUNDS:-3} images=$1
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

python=/usr/bin/python3
"$python" -c 'import torchvision' 2>/dev/null || {
  sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo"
  $sudo apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends python3-torchvision >/dev/null
}

dotnet build "$root/src/Dashboard.Worker" -c Release -v q --nologo
worker="$root/src/Dashboard.Worker/bin/Release/net10.0/Dashboard.Worker.dll"
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
"$python" -m zipfile -e "$images" "$work/unpacked"
ours() { dotnet "$worker" bench "$images" --work "$work" --steps 0 --draws 0 --decode | grep -E '^(import|decode)'; }
milliseconds() { awk -v what="$1" '$1 == what { print $2 }' <<<"$2"; }

ours >/dev/null
for round in $(seq "$rounds"); do
  a=$(ours); b=$("$python" "$here/peer_torchvision.py" "$images" "$work/unpacked")
  echo "round $round: ours $(paste -sd';' <<<"$a"); torchvision $(paste -sd';' <<<"$b"); load $(cut -d' ' -f1 /proc/loadavg)"
  for what in import decode; do echo "$(milliseconds $what "$a") $(milliseconds $what "$b")" >>"$work/$what"; done
done
"$python" - "$work" <<'PYTHON'
import statistics, sys


def ratio(what):
    ours, theirs = (statistics.median(column) for column in zip(*([float(word) for word in line.split()] for line in open(f"{sys.argv[1]}/{what}"))))
    return f"{what}={theirs / ours:.2f}"


print(ratio("import"), ratio("decode"))
PYTHON
