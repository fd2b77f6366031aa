import { existsSync, readdirSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { rehearsalBake } from "../../stage/config.ts";
import { repository } from "../../stage/index.ts";
import { lightLoad } from "../loads.ts";
import { noRequestLost } from "../losses.ts";
import { greenRelease } from "../releases.ts";
import { held } from "../result.ts";
import type { Scenario } from "../scenario.ts";

/** The scenario of relative paths in the stack config, under the CLI, which starts everything in the folder of the program. */
export const relativePaths: Scenario = {
  name: "relative-paths",
  promise: "Relative paths of the stack config begin where Pulumi.yaml stands: evidence, and own checks.",
  usual: false,
  engines: ["pulumi"],
  async run(play) {
    const { folder } = play.stage;
    // Out of the repository, which a rehearsal writes nothing into; from infra/ they would lead elsewhere.
    const there = relative(repository, folder);
    const askedIn = join(folder, "asked-in");
    await writeFile(join(folder, "own-check.sh"), `#!/bin/sh\npwd -P > '${askedIn}'\n`, { mode: 0o755 });
    await play.mustUp("blue goes live");
    await play.startLoad(lightLoad);
    const up = await play.mustUp("green takes over, with a check of one's own", {
      ...greenRelease(play.stage.config),
      evidence: { folder: join(there, "elsewhere") },
      commands: { "own-check": [join(there, "own-check.sh")] },
      rollout: { steps: [{ weight: 100, bake: rehearsalBake(), gate: ["error-share", "own-check"] }] },
      greenWeight: 100,
    });
    const evidence = join(folder, "elsewhere");
    const files = existsSync(evidence) ? readdirSync(evidence) : [];
    const asked = existsSync(askedIn) ? (await readFile(askedIn, "utf8")).trim() : null;
    return {
      outcome: up.outputs["live"]?.value === "green" ? "promoted" : "held",
      held: [
        held("evidence is in the folder named", files.length > 0, `${files.length} files`),
        held(
          "the check of one's own starts, and in the folder of Pulumi.yaml",
          asked !== null && resolve(asked) === resolve(repository),
          asked ?? "it never started",
        ),
        held(
          "green is live",
          up.outputs["live"]?.value === "green",
          JSON.stringify(up.outputs["live"]?.value),
        ),
        noRequestLost(await play.stopLoad()),
      ],
    };
  },
};
