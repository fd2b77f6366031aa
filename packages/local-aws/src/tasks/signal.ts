/**
 * Sends a signal to a process, or to a process group when the number is negative. One that is gone is fine; macOS says
 * EPERM of a group in which only unreaped processes are left.
 */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ESRCH" && code !== "EPERM") throw error;
  }
}
