import { cp, mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { colours } from "../domain/colour.ts";
import { type Stage, logGroupsOf } from "./stage/index.ts";

/** What a stage leaves for whoever wants to know why: evidence, the slots' logs and the engine's state. */
export async function keep(stage: Stage, scenario: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `rehearsed-${scenario}-`));
  for (const name of ["evidence", "state.json"])
    await cp(join(stage.folder, name), join(folder, name), { recursive: true }).catch(
      (error: NodeJS.ErrnoException) => {
        if (error.code !== "ENOENT") throw error; // nothing was deployed, or no rollout began
      },
    );
  const logs = join(folder, "logs");
  await mkdir(logs);
  for (const slot of colours)
    for (const container of ["hub", "sidecar"] as const) {
      const lines = stage.aws.logs.lines(logGroupsOf(slot)[container]);
      await writeFile(join(logs, `${slot}-${container}.log`), lines.map((line) => `${line}\n`).join(""));
    }
  return folder;
}
