#!/usr/bin/env bash
# First contact, ten times: fresh clones in folders of all kinds, three of them beside a load of ten, each with
# `npm ci && npm run rehearse` as the README says it. Ends with 0 where every one did.
#
#   tools/ten-clones.sh [NUMBER …]      only these of the ten
set -uo pipefail
repository=$(git -C "$(dirname "$0")" rev-parse --show-toplevel)
here=$(mktemp -d)
load=()
unload() {
  ((${#load[@]} == 0)) || kill "${load[@]}" 2>/dev/null
  load=()
}
trap 'unload; rm -rf "$here"' EXIT

folders=("plain" "with spaces in it" "münchen-é" "100%" "a#b" "it's" "a&b;c" "(round) [square]" "-dash" "d/e/e/p/e/r/t/h/a/n/m/o/s/t")
loaded=" 3 6 9 "
failed=0
for number in "${@:-1 2 3 4 5 6 7 8 9 10}"; do
  for at in $number; do
    folder="$here/$at/${folders[at - 1]}"
    git clone --quiet "$repository" "$folder" || exit 2
    beside=""
    if [[ $loaded == *" $at "* ]]; then
      beside=" beside a load of ten"
      for _ in 1 2 3 4 5 6 7 8 9 10; do
        (while :; do :; done) &
        load+=($!)
      done
    fi
    began=$SECONDS
    (cd -- "$folder" && npm ci --no-audit --no-fund && npm run rehearse) >"$here/$at.log" 2>&1
    code=$?
    unload
    echo "clone $at, ${folders[at - 1]}$beside: exit $code in $((SECONDS - began)) s"
    if ((code != 0)); then
      failed=1
      tail -40 "$here/$at.log"
    fi
    rm -rf "${here:?}/$at"
  done
done
exit "$failed"
