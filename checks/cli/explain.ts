import type { Thresholds } from "../../domain/spec.ts";
import { wrapped } from "../../domain/wrapped.ts";
import type { Check } from "../core/check.ts";
import { took, shown } from "./figures.ts";

/** All that is to be known about a check: question, limit, sample, source and the requirement's sentence. */
export function explainText(check: Check, thresholds: Thresholds): string {
  const minimum = check.minimumSamples(thresholds);
  const looks = check.everyMs === 0 ? "once" : `every ${took(check.everyMs)} while a step bakes`;
  const confirmations =
    check.confirmations > 1 ? `, and fails after ${check.confirmations} bad looks in a row` : "";
  const rows: [string, string][] = [
    ["asks", check.question],
    ["limit", check.limitText(thresholds)],
    ["sample", `at least ${shown(minimum)}${derivation(check, thresholds)}; below that it never passes`],
    ["source", check.source],
    ["looks", looks + confirmations],
    ["needs", check.needs.length === 0 ? "an address" : check.needs.join(", ")],
    ["spec", check.sentence ?? "none: the product's own"],
  ];
  const body = rows.map(([label, text]) => `  ${label.padEnd(8)}${wrapped(text, 10).trimStart()}`).join("\n");
  return `${check.name} (${check.group})\n${body}`;
}

/** Where a minimum sample comes from. */
function derivation({ shows }: Check, thresholds: Thresholds): string {
  if (shows === null) return "";
  const share = Number((100 * shows(thresholds)).toFixed(4));
  return `, because that many without a bad one show with 95 % confidence that fewer than ${share} % are bad`;
}
