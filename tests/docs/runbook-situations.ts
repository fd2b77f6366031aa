import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { EvidenceLog } from "../../checks/evidence/evidence-log.ts";
import { isoToTheSecond } from "../../domain/iso.ts";
import { parsedPlan } from "../../domain/plan.ts";
import { weightsFor } from "../../domain/weight.ts";
import { type Ran, runCommand } from "../../rehearsal/drills/command.ts";
import { tick } from "../../rollout/guardian/tick.ts";
import { run } from "../checks/fixtures/terminal.ts";
import { type Place, openPlace, shiftElsewhere, stack } from "../rollout/commands-kit.ts";
import { expired, guardian, rule } from "../rollout/guardian-kit.ts";
import { quiet } from "../rollout/quiet.ts";
import { a, b } from "../rollout/situation.ts";

const hour = 3_600_000;

/** A moment of the night that the runbook's outputs are of: as long before or after its now as the real one, roughly. */
function ofThatNight(moment: string): string {
  const ago = Date.now() - Date.parse(moment);
  if (ago > 24 * hour) return "2026-02-26T09:30:00Z";
  if (ago > hour / 2) return "2026-03-01T02:14:07Z";
  if (ago > hour / 120) return "2026-03-01T03:13:07Z";
  return ago > -hour / 2 ? "2026-03-01T03:14:07Z" : "2026-03-01T04:14:07Z";
}

const type = (place: Place, name: "rollback" | "status" | "abort", ...more: string[]) =>
  runCommand(place.aws, name, ["--stack", stack, ...more]);

/** An account for one situation. */
async function at(show: (place: Place) => Promise<string>): Promise<string> {
  const place = await openPlace();
  try {
    await Promise.all([place.serve("blue"), place.serve("green")]);
    return await show(place);
  } finally {
    await place.close();
  }
}

const shown = ({ out, err }: Ran) => out + err;

/** Green went live an hour ago, and blue is its rollback target. */
async function promote(place: Place): Promise<void> {
  const window = { colour: "blue" as const, release: a, taskDefinition: "task:a", until: Date.now() + hour };
  await place.edit((record) => ({
    ...record,
    live: "green",
    liveSince: Date.now() - hour,
    weights: weightsFor("green", 100),
    previous: window,
  }));
  await place.setRule(weightsFor("green", 100));
}

/** An `up` elsewhere has a quarter of the traffic on green. */
async function shift(place: Place): Promise<void> {
  const since = Date.now() - 60_000;
  await shiftElsewhere(place, {
    owner: "deploy-workflow@runner-3 (process 1804)",
    since,
    until: Date.now() + hour,
  });
}

/** The last `up` asked for green, with this plan. */
const asksForGreen = (place: Place, plan: Readonly<Record<string, unknown>> = {}) =>
  place.edit((record) => ({
    ...record,
    inputs: record.inputs && { ...record.inputs, greenWeight: 100, plan: parsedPlan.parse(plan) },
  }));

/** What people see, by the name of its place in docs/runbook.md: each made by the command that stands above it. */
export const outputs: Readonly<Record<string, () => Promise<string>>> = {
  "who-is-live": () =>
    at(async (place) => {
      const why = "error-share: 9 of 327 requests failed (2.8 %), limit 1 %";
      const moment = isoToTheSecond(Date.now() - hour);
      const last = {
        id: "r1",
        outcome: "rolled-back" as const,
        why,
        at: moment,
        evidence: "",
        evidenceDigest: "",
      };
      await place.edit((record) => ({ ...record, last }));
      return shown(await type(place, "status"));
    }),
  rollback: () =>
    at(async (place) => {
      await promote(place);
      return shown(await type(place, "rollback", "--why", "checkout times out"));
    }),
  "under-way": () =>
    at(async (place) => {
      await shift(place);
      return shown(await type(place, "status"));
    }),
  abort: () =>
    at(async (place) => {
      await shift(place);
      return shown(await type(place, "abort", "--why", "wrong image"));
    }),
  "hand-edit": () =>
    at(async (place) => {
      await place.setRule(weightsFor("green", 10));
      return shown(await type(place, "status"));
    }),
  "hand-edit-undone": () =>
    at(async (place) => {
      await place.setRule(weightsFor("green", 10));
      return shown(await type(place, "rollback"));
    }),
  "sick-target": async () => {
    const place = await openPlace();
    try {
      await place.serve("green");
      await promote(place);
      return shown(await type(place, "rollback"));
    } finally {
      await place.close();
    }
  },
  rejected: () =>
    at(async (place) => {
      await asksForGreen(place);
      const why = "error-share: 9 of 327 requests failed (2.8 %), limit 1 %";
      await place.edit((record) => ({ ...record, rejected: [{ release: b, why, at: Date.now() - hour }] }));
      return shown(await type(place, "status"));
    }),
  freeze: () =>
    at(async (place) => {
      const moment = (ms: number) => isoToTheSecond(Date.now() + ms);
      await asksForGreen(place, {
        freezes: [{ name: "the holidays", from: moment(-hour), until: moment(hour) }],
      });
      return shown(await type(place, "status"));
    }),
  "page-rolled-back": async () => {
    const { ports, guardianPorts, told, play } = guardian(expired(quiet().time.now));
    await play(tick(ports, guardianPorts));
    return `${stack}: ${told.join("\n")}`;
  },
  "page-hand-edit": async () => {
    const { ports, guardianPorts, told, model, play } = guardian({});
    model.rule = rule(weightsFor("green", 10));
    for (let n = 0; n < 5; n++) await play(tick(ports, guardianPorts));
    return `${stack}: ${told.join("\n")}`;
  },
  evidence: async () => {
    const log = new EvidenceLog({ rollout: "production-20260301T031407Z-1a2b3c4d", stack, now: () => 0 });
    log.append("rolling-back", { kind: "rolling-back", to: weightsFor("blue", 100), why: "error-share" });
    log.append("ended", { kind: "ended", outcome: "rolled-back", why: "error-share" });
    const file = "production-20260301T031407Z-1a2b3c4d.jsonl";
    const { out } = await run(["verify-evidence", file, "--digest", log.digest()], { [file]: log.text() });
    return out;
  },
};

/** What of an output is another each time: moments, times, people, addresses. */
export function settled(text: string): string {
  return (
    text
      .replaceAll(/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, ofThatNight)
      .replaceAll(/in \d+\.\d s\b/g, "in 1.2 s")
      .replaceAll(/in \d+(\.\d+)?(ms|s)\b/g, "in 0.4s")
      .replaceAll(/until (\S+) for another \d\S*/g, "until $1 for another 1h")
      .replaceAll(`${userInfo().username} by hand`, "dana by hand")
      .replaceAll(/seen blue \d+ · green \d+/g, "seen blue 40 · green 0")
      .split("\n")
      // No service of ECS runs beside these tests; on AWS the tasks are raised, and nothing is said of it.
      .filter((line) => !/^ {2}\w+: raising \w+ to \d+ tasks failed/.test(line))
      .join("\n")
      .trimEnd()
  );
}

/** The page, and where it is. */
export const page = new URL("../../docs/runbook.md", import.meta.url);
/** The page as it is. */
export const readPage = (): string => readFileSync(page, "utf8");
