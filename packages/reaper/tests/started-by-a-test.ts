/** A test that starts children in every way, says their ids in the folder it is given, and never ends. */
import "../src/children.ts";
import { execFile, execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const folder = process.env["CHILDREN_FOLDER"] ?? "";
const forever = "setInterval(() => {}, 1000)";
const ofItsOwn = `
  const { spawn } = require("node:child_process");
  const { pid } = spawn(process.execPath, ["-e", ${JSON.stringify(forever)}], { detached: true, stdio: "ignore" });
  require("node:fs").writeFileSync(process.argv[1], String(pid));
  ${forever}`;

function tell(name: string, pid: number | undefined): void {
  writeFileSync(join(folder, name), String(pid));
}

test("children that nobody ends", async () => {
  const plain = spawn(process.execPath, ["-e", forever], { stdio: "ignore" });
  tell("plain", plain.pid);
  const strange = spawn(process.execPath, ["-e", forever], { stdio: "ignore", env: {} });
  tell("of another environment", strange.pid);
  const leader = spawn(process.execPath, ["-e", forever], { stdio: "ignore", env: {}, detached: true });
  tell("leading its own group", leader.pid);
  const read = execFile(process.execPath, ["-e", forever]);
  tell("whose output is read", read.pid);
  spawn(process.execPath, ["-e", ofItsOwn, join(folder, "a child's own")], { stdio: "ignore" });
  await new Promise((resolve) => setTimeout(resolve, 100));
  const file = join(folder, "waited for");
  execFileSync("sh", ["-c", `echo $$ > "$0"; exec sleep 600`, file]);
});
