import { wrapped } from "../../domain/wrapped.ts";
import type { Compared } from "./compare.ts";
import type { Check, Difference } from "./outcomes.ts";

/** How the two runs compare, for people. */
export function comparedText(compared: Compared): string {
  const { server, scenarios, passedDirect, passedThrough, unsteady, differences } = compared;
  const differ = differences.length === 0 ? "none differs" : `${differences.length} differ`;
  const verdict = `${server}: ${scenarios} scenarios, ${passedDirect} pass directly and ${passedThrough} through the sidecar, ${differ}`;
  const again =
    unsteady.length === 0 ? [] : [wrapped(`the same when played once more: ${unsteady.join(", ")}`, 2)];
  return [wrapped(verdict, 0), ...again, ...differences.map(differenceText)].join("\n");
}

function differenceText({ scenario, direct, through }: Difference): string {
  return wrapped(
    `${scenario}: directly ${checksText(direct)}; through the sidecar ${checksText(through)}`,
    2,
  );
}

const checksText = (checks: readonly Check[]): string =>
  checks.length === 0
    ? "it was not played"
    : checks.map(({ id, status, why }) => `${id} ${status}${why === "" ? "" : ` (${why})`}`).join(", ");
