import "reaper/children";
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import test from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { ImageCommand } from "local-aws";
import { Ports } from "local-aws/ports";
import { withFaulty } from "../../rehearsal/faulty/image.ts";
import { sampleImage, sampleImages } from "../../rehearsal/stage/config.ts";
import { repository } from "../../rehearsal/stage/index.ts";

const tool = "hub__analyze_prompt";

test("an image with faults in front of it can get more in front: each wrapper and the hub has a port of its own", async (t) => {
  const images: Record<string, ImageCommand> = { ...sampleImages(repository) };
  const add = (reference: string, faults: Parameters<typeof withFaulty>[2]) => {
    const made = withFaulty(images, reference, faults);
    images[made.reference] = made.image;
    return made.reference;
  };
  const fault = { kind: "is-error", where: "analysis", share: 1 } as const;
  const wrapped = add(sampleImage, { tool, otherTool: null, faults: [fault] });
  const twice = add(wrapped, { tool, otherTool: null, faults: [fault] });
  assert.notEqual(wrapped, twice);
  const folder = mkdtempSync(join(tmpdir(), "faulty-image-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const config = join(folder, "hub.json");
  writeFileSync(config, "{}");
  const port = await new Ports(Math.random).take();
  const fill = (text: string) => text.replaceAll("{port}", String(port)).replaceAll("{config}", config);
  const { command, cwd, env = {} } = images[twice] as ImageCommand;
  const [file = "", ...words] = command.map(fill);
  const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
  const hub = spawn(file, words, {
    cwd,
    env: { ...process.env, ...own },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  hub.stderr.on("data", (text: Buffer) => (said += text.toString()));
  const gone = once(hub, "exit");
  t.after(async () => {
    hub.kill("SIGTERM");
    await gone;
  });
  let status = 0;
  while (status !== 200 && hub.exitCode === null) {
    await sleep(50);
    status = await fetch(`http://127.0.0.1:${port}/api/health`).then(
      async (answer) => (await answer.body?.cancel(), answer.status),
      () => 0,
    );
  }
  assert.equal(status, 200, said);
});
