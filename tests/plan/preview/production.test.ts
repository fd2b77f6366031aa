import "reaper/children";
import assert from "node:assert/strict";
import { appendFile, copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { startAws, systemClock } from "local-aws";
import { seeded } from "local-aws/random";
import { CliStack, NoCli, findCli } from "pulumi-engine/cli";
import { readConfigFile } from "../../../rehearsal/config-file.ts";
import { repository } from "../../../rehearsal/stage/index.ts";
import { makeNamed, namedBy } from "../../../rehearsal/stage/named-by-config.ts";
import { settled } from "./text.ts";

const example = join(repository, "Pulumi.production.yaml");
const golden = join(import.meta.dirname, "production.txt");

/** A CLI of another version words some lines otherwise. */
function pinnedCli(): string | null {
  try {
    const { file, pinned } = findCli();
    return pinned ? file : null;
  } catch (error) {
    if (error instanceof NoCli) return null;
    throw error;
  }
}

/** `pulumi preview -s production` of the example as it stands, in an account where there is what it names. */
async function previewed(executable: string): Promise<{ code: number | null; out: string; err: string }> {
  const folder = await mkdtemp(join(tmpdir(), "preview-"));
  const clock = systemClock;
  const aws = await startAws({ images: {}, folder: join(folder, "tasks"), clock, random: seeded(1) });
  try {
    await makeNamed(aws, namedBy((await readConfigFile(example)).config), (name) => `of no use: ${name}`);
    const place = { projectFolder: repository, project: "hub", stack: "production" };
    const stack = await CliStack.open({
      ...place,
      executable,
      folder: join(folder, "pulumi"),
      env: { ...aws.env },
    });
    try {
      // `stack init` has written the line of the stack's own secrets provider.
      const own = await readFile(stack.configFile, "utf8");
      await copyFile(example, stack.configFile);
      await appendFile(stack.configFile, own);
      return await (
        await stack.start("preview")
      ).done;
    } finally {
      await stack.close();
    }
  } finally {
    await aws.close();
    await rm(folder, { recursive: true, force: true });
  }
}

const cli = pinnedCli();
const skip = cli === null && "no Pulumi CLI of the pinned version here: npm run build:pulumi makes one";

test("`pulumi preview` of the complete production example reads as the golden text", { skip }, async () => {
  const { code, out, err } = await previewed(cli ?? "");
  assert.equal(code, 0, `${out}\n${err}`);
  const now = settled(out);
  if (process.env["UPDATE_GOLDEN"] !== undefined) await writeFile(golden, now);
  assert.equal(
    now,
    await readFile(golden, "utf8"),
    `${golden}: if it should, set UPDATE_GOLDEN=1 and read the diff`,
  );
});

test("the golden preview names the rollout that it starts, and holds no stack trace, no URN and nothing cut off", async () => {
  const text = await readFile(golden, "utf8");
  assert.match(
    text,
    /^ {4}plan: first deployment: blue is checked at weight 0 and then made live; at most \d+m/m,
  );
  assert.match(text, /^Outputs:\n(?: {4}.+\n)+\nResources:\n {4}\+ \d+ to create\n$/m);
  const ugly = text.split("\n").filter((line) => /^\s+at |urn:pulumi|…$|\.\.\.$/.test(line));
  assert.deepEqual(ugly, []);
});
