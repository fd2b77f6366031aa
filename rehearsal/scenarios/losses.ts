import type { Counts, Renewal, Tally } from "../clients/tally.ts";
import type { Drain } from "./drains.ts";
import { type LoadAsked, leastOf } from "./loads.ts";
import { type Held, held } from "./result.ts";

/** The promise that every request was answered, with what the first that was not had to say. */
export function noRequestLost({ counts: { requests }, troubles }: Tally, what = "no request is lost"): Held {
  const first = troubles[0] === undefined ? "" : `; first: ${troubles[0]}`;
  return held(what, requests.lost === 0, `${requests.lost} of ${requests.sent} lost${first}`);
}

/** The promise that every answer was a good one: of scenarios without a fault. */
export function nobodyHurt({ counts: { requests }, hurts }: Tally): Held {
  const first = hurts[0] === undefined ? "" : `; first: ${hurts[0]}`;
  return held(
    "no request is answered badly",
    requests.hurt === 0,
    `${requests.hurt} of ${requests.sent}${first}`,
  );
}

/** Whether enough was asked to say that nothing was lost. */
export function isEnough({ requests, sessions }: Counts, least: Least): boolean {
  return requests.sent >= least.requests && sessions.opened >= least.sessions;
}

type Least = ReturnType<typeof leastOf>;

/** The promise that enough was asked and opened to show something. */
export function enoughSeen({ counts }: Tally, load: LoadAsked): Held {
  const least = leastOf(load);
  const { requests, sessions } = least;
  return held(
    `at least ${requests.toLocaleString("en")} requests and ${sessions} MCP sessions`,
    isEnough(counts, least),
    `${counts.requests.sent} requests, ${counts.sessions.opened} sessions`,
  );
}

/** The promises that every scenario makes to its clients. */
export function nothingLost(tally: Tally, drains: readonly Drain[]): Held[] {
  const { sessions } = tally.counts;
  const broken = brokenSessions(tally, drains).length;
  const renewed = tally.renewals.length - broken;
  return [
    noRequestLost(tally),
    held(
      "no open session breaks",
      broken === 0,
      `${broken} of ${sessions.opened} broken, ${renewed} renewed while their slot drained`,
    ),
  ];
}

/** Sessions that had to begin anew although nothing drained their slot. */
export function brokenSessions({ renewals }: Tally, drains: readonly Drain[]): Renewal[] {
  return renewals.filter(({ at, slot }) => !drains.some((drain) => drain.slot === slot && drain.at <= at));
}
