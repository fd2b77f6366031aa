import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { EvidenceLog } from "../checks/evidence/evidence-log.ts";
import { parseEvidenceLine } from "../checks/evidence/parse-line.ts";
import { rehearsedKind } from "../checks/evidence/rehearsed.ts";
import { type Colour, other } from "../domain/colour.ts";
import { UsageError } from "../domain/usage-error.ts";
import { parseConfig, slotOf } from "../infra/config.ts";
import { releaseNameOf } from "../infra/release.ts";
import type { ScenarioResult } from "./scenarios/result.ts";
import { type Stage, stackName } from "./stage/index.ts";

/** The release whose rollback is rehearsed, as its stack has it. */
export interface RehearsedRelease {
  readonly stack: string;
  readonly release: string;
  readonly colour: Colour;
  /** The hub's image, which in production names its digest. */
  readonly image: string;
}

/** The scenario whose evidence is kept. */
export const evidenceScenario = "rollback";

/** Checks where evidence shall go, before minutes of rehearsal. Throws UsageError: evidence is never written over. */
export async function mustBeNew(file: string | undefined): Promise<void> {
  if (file === undefined || (await stat(file).catch(() => null)) === null) return;
  throw new UsageError(
    `--evidence ${file}: there is one already, and evidence is not written over; name another file`,
  );
}

/** The release of a stack's config that a rehearsal of its rollback is about: that of the colour without traffic, unless one is named. */
export function candidateOf(
  path: string,
  given: Readonly<Record<string, unknown>>,
  slot?: Colour,
): RehearsedRelease {
  const config = parseConfig(given);
  const colour = slot ?? (config.greenWeight > 50 ? "blue" : "green");
  const stack = /^Pulumi\.(.+)\.ya?ml$/.exec(basename(path))?.[1] ?? stackName;
  return { stack, release: releaseNameOf(config, colour), colour, image: slotOf(config, colour).image };
}

/** The config in which green, the candidate of every scenario, runs the release of that colour. */
export function withCandidateInGreen(
  config: Readonly<Record<string, unknown>>,
  colour: Colour,
): Record<string, unknown> {
  if (colour === "green") return { ...config };
  const [candidate, live] = [config[colour], config[other(colour)]];
  return { ...config, green: candidate ?? live, blue: live ?? candidate };
}

/** What of a rehearsal's evidence its report says. */
export interface WrittenEvidence extends RehearsedRelease {
  readonly file: string;
  /** SHA-256 of the last line, 64 hex digits. */
  readonly digest: string;
}

/**
 * Writes the evidence of a rollback that was rehearsed: a line that says of which release, every line of the rollouts, and what was
 * promised. The lines are chained anew, each at its own time. @param about null: the release as it was played here
 */
export async function writeEvidence(
  stage: Stage,
  about: RehearsedRelease | null,
  { file, seed, result }: { file: string; seed: number; result: ScenarioResult },
): Promise<WrittenEvidence> {
  const played = candidateOf(`Pulumi.${stackName}.yaml`, stage.config, "green");
  const of = about ?? played;
  const lines = await linesOf(join(stage.folder, "evidence"));
  let now = lines[0]?.at ?? 0;
  const log = new EvidenceLog({ rollout: `rehearsal-${of.release}`, stack: of.stack, now: () => now });
  log.append(rehearsedKind, { ...of, scenario: result.name, seed, playedAs: played.release });
  for (const { at, kind, body, rollout } of lines) {
    now = at;
    log.append(kind, { ...body, rollout });
  }
  log.append("rehearsal-ended", { asPromised: result.asPromised, held: result.held });
  await writeFile(file, log.text(), { flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
    throw new UsageError(`--evidence ${file} cannot be written (${error.code})`, null, { cause: error });
  });
  return { ...of, file, digest: log.digest() };
}

/** Lines of every rollout of a folder, in the order in which the rollouts began. */
async function linesOf(folder: string) {
  const texts = await Promise.all(
    (await readdir(folder)).map((name) => readFile(join(folder, name), "utf8")),
  );
  return texts
    .map((text) =>
      text
        .trimEnd()
        .split("\n")
        .map((line) => parseEvidenceLine(line))
        .map(({ at, kind, body, rollout }) => ({ at: Date.parse(at), kind, body, rollout })),
    )
    .toSorted((a, b) => (a[0]?.at ?? 0) - (b[0]?.at ?? 0))
    .flat();
}
