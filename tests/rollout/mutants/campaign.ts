import { campaign } from "../../../simulation/campaign.ts";

/** Plays until the first violation or the limit, and says in one line of JSON how it ended. */
const result = await campaign({
  seed: Number(process.env["SEED"] ?? 1),
  runs: Number(process.env["RUNS"] ?? 10_000),
  now: () => performance.now(),
  cpu: () => performance.now(),
  stopAtFirst: true,
});
process.stdout.write(
  `${JSON.stringify({ runs: result.runs, found: result.violations[0]?.first ?? null })}\n`,
);
