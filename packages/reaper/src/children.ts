/**
 * Imported for what it does: from then on no child process outlives this one, however this one ends. Children that are started with
 * this process's environment are known by it, and so are theirs; of any other child the reaper is told.
 */
import type { ChildProcess } from "node:child_process";
import { subscribe } from "node:diagnostics_channel";
import { Reaper } from "./reaper.ts";

function begin(): void {
  const reaper = new Reaper();
  Object.assign(process.env, reaper.environment);
  subscribe("child_process", (message) => {
    const { process: child } = message as { process: ChildProcess };
    child.once("spawn", () => {
      const { pid } = child;
      if (pid === undefined) return;
      reaper.child(pid);
      child.once("exit", () => reaper.forget(pid));
    });
  });
}

begin();
