import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";

/**
 * Makes sure that no child process and no temporary folder outlives this process, not even when it is killed with
 * SIGKILL: a small helper process watches a pipe that only this process holds.
 */
export class Reaper {
  readonly #helper: ChildProcess;
  /**
   * Belongs into the environment of whatever is started: this process may be killed between starting a child and telling
   * of it, and then the child is known by this.
   */
  readonly environment: Readonly<Record<string, string>> = { REHEARSAL_REAPER: randomUUID() };

  constructor() {
    const mark = Object.entries(this.environment).map(([name, value]) => `${name}=${value}`);
    const program = fileURLToPath(import.meta.resolve("./process.ts"));
    this.#helper = spawn(process.execPath, [program, ...mark], {
      detached: true,
      stdio: ["pipe", "ignore", "ignore"],
      env: {},
    });
    this.#helper.unref();
    const pipe = this.#helper.stdin as unknown as {
      unref?: () => void;
      on: (event: string, run: () => void) => void;
    };
    pipe.unref?.();
    // Without its helper a crash may leave children behind; an orderly end, which needs no helper, still does not.
    pipe.on("error", () => {});
    this.#helper.on("error", () => {});
  }

  get pid(): number | undefined {
    return this.#helper.pid;
  }

  /** A child that leads its own process group (spawned `detached`). Call it in the same turn as the spawn. */
  group(pid: number): void {
    this.#tell({ group: pid });
  }

  /** A child that leads its own process group or none, for whoever does not know which; and what is in that group. */
  child(pid: number): void {
    this.#tell({ child: pid });
  }

  /** The group, or the child, has ended by itself. */
  forget(pid: number): void {
    this.#tell({ forget: pid });
  }

  /** A folder to be removed at the end. */
  folder(path: string): void {
    this.#tell({ folder: path });
  }

  /**
   * Kills what is left, removes the folders and ends the helper; resolves when it has ended.
   * @param thorough what children of children left behind is looked for too, as after a crash; that takes a second
   */
  close({ thorough = false } = {}): Promise<void> {
    return new Promise((resolve) => {
      if (
        this.#helper.exitCode !== null ||
        this.#helper.signalCode !== null ||
        this.#helper.pid === undefined
      ) {
        resolve();
        return;
      }
      this.#helper.ref();
      this.#helper.once("exit", () => resolve());
      if (!thorough) this.#tell({ orderly: true });
      this.#helper.stdin?.end();
    });
  }

  #tell(order: object): void {
    this.#helper.stdin?.write(`${JSON.stringify(order)}\n`);
  }
}
