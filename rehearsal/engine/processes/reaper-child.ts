/**
 * Outlives its parent by a moment: reads `+PID` and `-PID` lines, and when its input ends, because the parent closed it
 * or died in whatever way, kills the process groups that are still listed.
 */
import { createInterface } from "node:readline";

const watched = new Set<number>();

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const pid = Number(line.slice(1));
    if (!Number.isSafeInteger(pid) || pid <= 1) return;
    if (line.startsWith("+")) watched.add(pid);
    else watched.delete(pid);
  })
  .on("close", () => {
    for (const pid of watched) {
      try {
        process.kill(-pid, "SIGKILL");
      } catch {
        // It is gone already: what was wanted.
      }
    }
  });
