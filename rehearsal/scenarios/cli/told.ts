import { iso } from "../../../domain/iso.ts";
import { shortened } from "../../../domain/wrapped.ts";
import { type Account, green, withAccount } from "../../drills/account.ts";
import { operated, saidBy, typed } from "../../drills/cli-operator.ts";
import { shortSteps } from "../break-glass.ts";
import { describeFailure } from "../failure.ts";
import { greenBeside } from "../green-beside.ts";
import { noRequestLost } from "../losses.ts";
import { type Held, held } from "../result.ts";
import type { Play, Scenario } from "../scenario.ts";

/** The scenario of what the real CLI tells its user: of a rollout before it, of a refusal, and of a drift when the program runs. */
export const told: Scenario = {
  name: "told",
  promise:
    "preview --json tells the rollout, a refusal is its sentence and keeps the outputs, and drift is adopted.",
  usual: false,
  engines: ["pulumi"],
  // The guardian sleeps: a hand edit is found by the drill's own commands.
  stage: { scheduleSpeedup: 0.001 },
  run: (play) => withAccount(play.stage, (account) => show(play, account)),
};

async function show(play: Play, account: Account) {
  await greenBeside(play, shortSteps);
  const seen = [
    await tellsTheRollout(play),
    ...(await tellsARefusal(play)),
    ...(await refreshesByTheProgram(play, account)),
  ];
  return { outcome: "held" as const, held: [...seen, noRequestLost(await play.stopLoad())] };
}

async function tellsTheRollout(play: Play): Promise<Held> {
  play.stage.set({ greenWeight: 100 });
  const preview = await operated(play, "preview", ["--json"]);
  const { diagnostics = [] } = JSON.parse(preview.out) as { diagnostics?: readonly { message: string }[] };
  const line = diagnostics.map(({ message }) => message.trim()).find((text) => text.startsWith("plan: "));
  return held(
    "preview --json has the rollout in a line",
    preview.code === 0 && /moves to 100 %/.test(line ?? ""),
    shortened(line ?? `exit ${preview.code}, ${diagnostics.length} lines, none of the plan`, 120),
  );
}

async function tellsARefusal(play: Play): Promise<Held[]> {
  const outputs = async () => (await typed(play, "stack", "output", "--json")).out;
  const before = await outputs();
  const around = { from: iso(Date.now() - 3_600_000), until: iso(Date.now() + 3_600_000) };
  play.stage.set({ rollout: { freezes: [{ name: "the drill", ...around }] } });
  const refused = await operated(play, "up");
  const after = await outputs();
  play.stage.set({ rollout: { freezes: [] }, greenWeight: 0 });
  const said = saidBy(refused);
  return [
    held(
      "a refused up ends with 1 and its sentence, without a stack of calls",
      refused.code === 1 &&
        said.includes('The freeze "the drill" is on') &&
        !/unhandled exception|\.[jt]s:\d+:\d+/.test(said),
      `exit ${refused.code}: ${shortened(describeFailure(refused).replaceAll(/\s+/g, " "), 110)}`,
    ),
    held(
      "and the stack keeps its outputs",
      after === before && before.includes('"live": "blue"'),
      after === before ? `${Object.keys(JSON.parse(after) as object).length} outputs` : "they are others",
    ),
  ];
}

async function refreshesByTheProgram(play: Play, account: Account): Promise<Held[]> {
  await account.setRule(green(40));
  const refreshed = await operated(play, "refresh", ["--run-program"]);
  const next = await play.up("greenWeight 0, after refresh --run-program");
  const rule = await account.rule();
  return [
    held(
      "refresh --run-program after a hand edit ends well, and the up after it adopts the edit",
      refreshed.code === 0 && next.ok && rule?.weights.green === 0,
      `exit ${refreshed.code}, ${next.ok ? `then green ${rule?.weights.green}` : shortened(describeFailure(next), 120)}; ${refreshed.code === 0 ? "" : shortened(saidBy(refreshed), 200)}`,
    ),
  ];
}
