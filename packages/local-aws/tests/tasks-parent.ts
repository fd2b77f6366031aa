import { systemClock } from "../src/clock.ts";
/** Started by a test: runs two tasks whose processes ignore SIGTERM, says which, and waits to be killed. */
import { TaskRunner } from "../src/tasks/index.ts";
import { container, script, taskOf } from "./tasks-kit.ts";

const [folder = ""] = process.argv.slice(2);
const stubborn = script(
  `process.on("SIGTERM", () => {});
   const child = require("node:child_process").spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
   console.log("grandchild", child.pid);
   setInterval(() => {}, 1000);`,
);
const runner = new TaskRunner({ images: { stubborn }, folder, clock: systemClock });
const pids: (number | null)[] = [];
for (const id of ["one", "two"]) {
  const seen = Promise.withResolvers<number>();
  const spec = container("stubborn", {
    log: (_stream, line) => seen.resolve(Number(line.replace("grandchild ", ""))),
  });
  const task = await runner.start({ ...taskOf(spec), id });
  pids.push(task.containers[0]?.pid ?? null, await seen.promise);
}
console.log(JSON.stringify(pids));
setInterval(() => {}, 1_000);
