#!/usr/bin/env bash
# Node 24.21.0 (V8 13.6): a Map that has grown old and is filled and emptied again and again, never holding more than one entry,
# fills the old space with its own former tables.
#
# Expected: a Map that is empty after every step leaves nothing behind but young garbage, like a new Map for each step does.
# Seen: each former table of an old Map points to the one after it (V8 keeps that for iterators under way). Once one table was
# promoted, every later one is reachable from it, survives the scavenges though it is dead, and is promoted in its turn. What
# costs is the full collections that this asks for: with 3,000,000 steps some thirty of them; with a new Map for each step none,
# and with the same lasting Map that was young when it began none.
#
# Output seen:
#   new for each step          0 full collections
#   lasting, young             0 full collections
#   lasting, grown old         31 full collections
# Exit 1 when the lasting old Map no longer asks for at least three more than a new one.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node@24.21.0
cat >churn.mjs <<'JS'
import { PerformanceObserver, constants } from "node:perf_hooks";
const [kind] = process.argv.slice(2);
let full = 0;
new PerformanceObserver((list) => {
  for (const { detail } of list.getEntries()) if (detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR) full++;
}).observe({ entryTypes: ["gc"] });
const lasting = kind === "new" ? null : new Map([[0, 0]]);
// Two collections make it old.
if (kind === "old") for (let n = 0; n < 2; n++) gc();
lasting?.delete(0);
await new Promise((resolve) => setTimeout(resolve, 50));
full = 0;
let sink;
for (let step = 0; step < 3_000_000; step++) {
  const map = lasting ?? new Map();
  map.set(step, { step });
  map.delete(step);
  sink = { step, list: [step] };
}
await new Promise((resolve) => setTimeout(resolve, 50));
console.log(full, sink === undefined ? "" : "");
JS
node=node_modules/.bin/node
echo "Node $("$node" --version), V8 $("$node" -p process.versions.v8)"
count() { "$node" --expose-gc churn.mjs "$1" | tr -d ' '; }
new=$(count new)
young=$(count young)
old=$(count old)
echo "new for each step          $new full collections"
echo "lasting, young             $young full collections"
echo "lasting, grown old         $old full collections"
[ "$old" -ge $((new + 3)) ]
