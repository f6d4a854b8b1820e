#!/bin/sh
# What `gwctl watch --all` of so many fleets costs, in the second minute: CPU in percent of a core, and memory.
# Usage: benches/fleets.sh GWCTL [N]     GWCTL: a release build; N: fleets of one served world, 50 by default.
set -eu
gwctl=$1
fleets=${2:-50}
folder=$(mktemp -d)
"$gwctl" sim serve --fleet-file "$folder/one.toml" > "$folder/env" &
world=$!
trap 'kill $world ${watch:-} 2>/dev/null; rm -rf "$folder"' EXIT
until grep -q '^unset' "$folder/env"; do sleep 0.1; done
. "$folder/env"
python3 - "$folder" "$fleets" <<'PY'
import re, sys
folder, fleets = sys.argv[1], int(sys.argv[2])
text = open(folder + "/one.toml").read()
text = text[text.index("[fleets."):]
name = re.match(r"\[fleets\.(\w+)\]", text)[1]
copies = (re.sub(rf"fleets\.{name}\b", f"fleets.f{one:02}", text) for one in range(fleets))
open(folder + "/many.toml", "w").write("\n".join(copies))
PY
export GWCTL_CONFIG="$folder/many.toml" XDG_STATE_HOME="$folder/state"
"$gwctl" watch --all > "$folder/told" &
watch=$!
ticks() { awk '{ print $14 + $15 }' "/proc/$watch/stat"; }
sleep 60
before=$(ticks)
sleep 60
after=$(ticks)
awk -v ticks=$((after - before)) -v second="$(getconf CLK_TCK)" \
    'BEGIN { printf "CPU: %.1f %% of a core\n", 100 * ticks / second / 60 }'
grep -E '^Vm(RSS|HWM)' "/proc/$watch/status"
