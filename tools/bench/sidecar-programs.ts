import { type ChildProcess, fork, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { sidecarFlags } from "../../rehearsal/stage/config.ts";
import { freePort } from "../../rehearsal/stage/index.ts";
import type { Order, Ready } from "./sidecar-part.ts";
import { type Peer, peers } from "./sidecar-peers.ts";

/** A proxy under test, in a process of its own. */
export interface Program {
  readonly name: ProgramName;
  readonly port: number;
  /** Of the process that does the work. */
  readonly pid: number;
  stop(): Promise<void>;
}
/** A program under test; `before` is the sidecar of another checkout. */
export type ProgramName = "sidecar" | "before" | "nginx" | Peer;

/** Where a process's part of the bench is. */
const part = fileURLToPath(import.meta.resolve("./sidecar-part.ts"));

/** Starts a part of the bench. */
export const startPart = (flags: readonly string[] = []): ChildProcess =>
  fork(part, {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    // A peer's own: it is no matter of this bench.
    execArgv: ["--disable-warning=DEP0060", ...flags],
  });

/** Gives an order and waits for what it yields. Rejects with what went wrong there. */
export async function ask<Answer>(to: ChildProcess, order: Order): Promise<Answer> {
  to.send(order);
  const heard = new AbortController();
  const [answer] = (await Promise.race([
    once(to, "message", { signal: heard.signal }),
    once(to, "exit", { signal: heard.signal }).then(() => {
      throw new Error(`a part of the bench ended while it should do ${order.kind}`);
    }),
  ]).finally(() => heard.abort())) as [Answer | { error: string }];
  if (typeof answer === "object" && answer !== null && "error" in answer) throw new Error(answer.error);
  return answer;
}

/** The programs that this machine has: nginx is compared where it is installed. */
export function programsHere(say: (line: string) => void): ProgramName[] {
  const nginx = spawnSync("nginx", ["-v"]).status === 0;
  if (!nginx) say("nginx is not installed here and is left out; Debian: apt-get install nginx-light");
  return ["sidecar", ...peers, ...(nginx ? (["nginx"] as const) : [])];
}

/** What each is started with: the same memory settings for all that run on Node. */
export function startedAs(name: ProgramName): string {
  const node = ["node", ...sidecarFlags].join(" ");
  if (name === "before") return "the sidecar of the other checkout, as its own image starts it";
  if (name === "sidecar")
    return `${node} sidecar/main.ts: it pins, observes, counts and writes its access log meanwhile`;
  if (name === "nginx") return "nginx, one worker, 256 kept connections to the hub, no access log";
  return `${node}, 256 kept connections to the hub: it forwards and does nothing else`;
}

/** Starts a proxy in front of the hub at port `hub`. @param before folder of the other checkout, which only `before` needs */
export function startProgram(name: ProgramName, hub: number, before = ""): Promise<Program> {
  if (name === "sidecar" || name === "before") return startSidecar(name, hub, before);
  return name === "nginx" ? startNginx(hub) : startPeer(name, hub);
}

async function startPeer(name: Peer, hub: number): Promise<Program> {
  const child = startPart(sidecarFlags);
  const { port } = await ask<Ready>(child, { kind: "peer", peer: name, hub });
  return { name, port, pid: child.pid as number, stop: () => end(child) };
}

/** The container's own program, with pinning, observation and its access log on, as it runs in a task. */
async function startSidecar(name: "sidecar" | "before", hub: number, before: string): Promise<Program> {
  const own = fileURLToPath(import.meta.resolve("../../sidecar/main.ts"));
  const main = name === "sidecar" ? own : resolve(before, "sidecar/main.ts");
  const flags = name === "sidecar" ? sidecarFlags : flagsOf(before);
  const child = spawn(process.execPath, [...flags, main], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      SIDECAR_LISTEN: "127.0.0.1:0",
      SIDECAR_HUB: `127.0.0.1:${hub}`,
      SIDECAR_SLOT: "blue",
      SIDECAR_RELEASE: "bench",
      SIDECAR_NAMESPACE: "McpHub/hub/test",
      SIDECAR_SIGNING_KEY: "0123456789abcdef0123456789abcdef",
    },
  });
  const lines = createInterface({ input: child.stdout });
  const port = await new Promise<number>((resolve, reject) => {
    lines.on("line", (line) => {
      const found = /listening on [\d.]+:(\d+)/.exec(line);
      if (found) resolve(Number(found[1]));
    });
    child.once("exit", (code) => reject(new Error(`the sidecar ended with ${code} before it listened`)));
  });
  lines.close();
  child.stdout.resume();
  return { name, port, pid: child.pid as number, stop: () => end(child) };
}

/** How the image of another checkout starts its sidecar: it is compared as it was delivered. */
function flagsOf(folder: string): string[] {
  const image = readFileSync(join(folder, "sidecar/Dockerfile"), "utf8");
  const command = /^CMD (\[.*\])$/m.exec(image)?.[1];
  if (command === undefined) throw new Error(`${folder}/sidecar/Dockerfile does not say how it is started`);
  return (JSON.parse(command) as string[]).filter((word) => word.startsWith("--"));
}

/** One worker and a pool to the hub, which is what there is of it for one core. */
async function startNginx(hub: number): Promise<Program> {
  const folder = await mkdtemp(join(tmpdir(), "bench-nginx-"));
  await mkdir(join(folder, "temporary"));
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  await writeFile(file, nginxConfig(folder, port, hub));
  const child = spawn("nginx", ["-p", folder, "-c", file, "-e", join(folder, "error.log")], {
    stdio: "ignore",
  });
  const stop = async (): Promise<void> => {
    await end(child);
    await rm(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 100; tries++) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: "{}" }).catch(() => null);
    await answer?.body?.cancel();
    if (answer?.ok === true) return { name: "nginx", port, pid: child.pid as number, stop };
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await stop();
  throw new Error("nginx did not answer within 5 s");
}

/** Without a master process, so that its one process is the one whose memory and time are read. */
const nginxConfig = (folder: string, port: number, hub: number): string => `
daemon off; master_process off; worker_processes 1; worker_rlimit_nofile 65536;
pid ${folder}/nginx.pid; error_log ${folder}/error.log;
events { worker_connections 50000; }
http {
  access_log off; keepalive_requests 10000000; keepalive_timeout 125s;
  client_body_temp_path ${folder}/temporary; proxy_temp_path ${folder}/temporary;
  fastcgi_temp_path ${folder}/temporary; uwsgi_temp_path ${folder}/temporary;
  scgi_temp_path ${folder}/temporary;
  upstream hub { server 127.0.0.1:${hub}; keepalive 256; keepalive_requests 10000000; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    location / {
      proxy_pass http://hub; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off; proxy_request_buffering off; proxy_read_timeout 1h;
    }
  }
}
`;

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

/** Resident memory of a process, in bytes. Linux only. */
export function memoryOf(pid: number): number {
  const kilobytes = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  if (kilobytes === undefined) throw new Error(`process ${pid} has no resident memory`);
  return Number(kilobytes) * 1_024;
}

/** Files and sockets that a process started here may hold open. Linux only. */
export function mostOpenFiles(): number {
  const most = /Max open files\s+\d+\s+(\d+)/.exec(readFileSync("/proc/self/limits", "utf8"))?.[1];
  return most === undefined ? Infinity : Number(most);
}
