import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { emptySnapshot, type PendingOperation, type ResourceState, type Snapshot } from "./resource.ts";
import { Vault } from "./vault.ts";

/** Version of Pulumi's checkpoint format that the file follows. */
const FORMAT_VERSION = 3;

interface StateFile {
  version: number;
  deployment: { resources: ResourceState[]; pending_operations: PendingOperation[] };
}

/**
 * The state of a stack, in memory and on disk. Every {@link save} is a whole new file, flushed before it takes the place
 * of the old one: whatever kills the process, one of the two is there and complete.
 */
export class Store {
  readonly snapshot: Snapshot;
  readonly #file: string | null;
  readonly #vault: Vault;
  #writing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #written = "";

  private constructor(file: string | null, vault: Vault, snapshot: Snapshot, written: string) {
    this.#file = file;
    this.#vault = vault;
    this.snapshot = snapshot;
    this.#written = written;
  }

  static async load(file: string, options: { readOnly: boolean }): Promise<Store> {
    const vault = new Vault(`${file}.key`);
    const target = options.readOnly ? null : file;
    let text: string;
    try {
      text = await readFile(file, "utf8");
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
      return new Store(target, vault, emptySnapshot(), "");
    }
    return new Store(target, vault, parseState(file, text, vault), text);
  }

  /** Ends when what the snapshot holds now is on disk. Calls that come while a write runs share the next one. */
  save(): Promise<void> {
    if (this.#file === null) return Promise.resolve();
    this.#next ??= this.#writing
      .catch(() => undefined)
      .then(() => {
        this.#next = undefined;
        this.#writing = this.#write(this.#file as string);
        return this.#writing;
      });
    return this.#next;
  }

  async #write(file: string): Promise<void> {
    const text = this.#serialised();
    if (text === this.#written) return;
    await mkdir(dirname(file), { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    const handle = await open(temporary, "w", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(dirname(file));
    this.#written = text;
  }

  #serialised(): string {
    const resources = this.snapshot.resources.map((resource) => ({
      ...resource,
      inputs: this.#vault.sealMap(resource.inputs),
      outputs: this.#vault.sealMap(resource.outputs),
    }));
    const state: StateFile = {
      version: FORMAT_VERSION,
      deployment: { resources, pending_operations: this.snapshot.pending },
    };
    return `${JSON.stringify(state, null, 1)}\n`;
  }
}

function parseState(file: string, text: string, vault: Vault): Snapshot {
  let state: StateFile;
  try {
    state = JSON.parse(text) as StateFile;
  } catch (cause) {
    throw new Error(
      `The state file ${file} is not JSON; put back a copy of it, or delete it to start anew.`,
      { cause },
    );
  }
  if (state.version !== FORMAT_VERSION || !Array.isArray(state.deployment?.resources))
    throw new Error(
      `The state file ${file} is of version ${state.version}; this engine reads version ${FORMAT_VERSION}.`,
    );
  return {
    pending: state.deployment.pending_operations ?? [],
    resources: state.deployment.resources.map((resource) => ({
      ...resource,
      inputs: vault.openMap(resource.inputs),
      outputs: vault.openMap(resource.outputs),
    })),
  };
}

/** A rename is on disk only when the folder is. Not every system can flush a folder; those have nothing to wait for. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (!["EINVAL", "ENOTSUP", "EPERM", "EISDIR"].includes(code)) throw error;
  } finally {
    await handle.close();
  }
}
