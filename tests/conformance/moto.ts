import "reaper/children";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The version whose deviations are listed in deviations.ts. */
export const motoVersion = "5.2.1";

/** A moto server of our own, on a free port of the loopback interface. */
export interface Moto {
  readonly endpoint: string;
  /** Forgets everything. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}

/** The Python that has moto: the one that MOTO_PYTHON names, else python3. Null and why not, where there is none. */
export function findMoto(): { python: string } | { missing: string } {
  const python = process.env["MOTO_PYTHON"] ?? "python3";
  const asked = spawnSync(python, ["-c", "import moto, moto.server; print(moto.__version__)"], {
    encoding: "utf8",
    timeout: 60_000,
  });
  if (asked.error) return { missing: `${python} is not here` };
  if (asked.status !== 0) return { missing: `${python} has no moto[server]==${motoVersion}` };
  const found = asked.stdout.trim();
  return found === motoVersion ? { python } : { missing: `${python} has moto ${found}, not ${motoVersion}` };
}

/** Starts moto and waits until it answers. Throws with its last words when it ends instead. */
export async function startMoto(python: string): Promise<Moto> {
  const port = await freePort();
  const child = spawn(
    python,
    [
      "-c",
      "import sys; from moto.server import main; main(sys.argv[1:])",
      "-H",
      "127.0.0.1",
      "-p",
      String(port),
    ],
    { stdio: ["ignore", "ignore", "pipe"], env: { ...process.env, AWS_DEFAULT_REGION: "us-east-1" } },
  );
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = `${said}${text}`.slice(-2_000)));
  const endpoint = `http://127.0.0.1:${port}`;
  try {
    await answers(child, endpoint, () => said);
  } catch (error) {
    await stop(child);
    throw error;
  }
  return { endpoint, reset: () => reset(endpoint), stop: () => stop(child) };
}

async function answers(child: ChildProcess, endpoint: string, said: () => string): Promise<void> {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(100)) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`moto ended: ${said()}`);
    const answer = await fetch(`${endpoint}/moto-api/data.json`).catch(() => null);
    await answer?.arrayBuffer();
    if (answer?.ok) return;
  }
  throw new Error(`moto did not answer within a minute: ${said()}`);
}

async function reset(endpoint: string): Promise<void> {
  const answer = await fetch(`${endpoint}/moto-api/reset`, { method: "POST" });
  await answer.arrayBuffer();
  if (!answer.ok) throw new Error(`moto was not reset: status ${answer.status}`);
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const late = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(late);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
