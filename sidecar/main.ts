import { readConfig } from "./config.ts";
import { flagReader } from "./flag.ts";
import { Lines } from "./lines.ts";
import { Sidecar } from "./sidecar.ts";

/** The container's program: everything it needs stands in its environment. */
async function main(): Promise<void> {
  let config;
  try {
    config = readConfig(process.env);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
  const host = await ownHost(config.metadataUri);
  const lines = new Lines((text) => process.stdout.write(text));
  process.on("exit", () => lines.flush());
  const sidecar = new Sidecar({
    config,
    readFlag: flagReader(config),
    now: () => Date.now(),
    write: (line) => lines.add(line),
    address: (port) => `${host}:${port}`,
  });
  const port = await sidecar.start();
  lines.add(
    JSON.stringify({
      type: "sidecar",
      text: `listening on ${config.listen.host}:${port} for ${config.slot}`,
    }),
  );
  let stopping = false;
  for (const signal of ["SIGTERM", "SIGINT"] as const)
    process.on(signal, () => {
      if (stopping) return;
      stopping = true;
      void sidecar.stop().then(() => process.exit(0));
    });
}

/** This task's address in its network, from ECS's metadata; the loopback address outside ECS. */
async function ownHost(metadataUri: string | null): Promise<string> {
  if (metadataUri === null) return "127.0.0.1";
  const response = await fetch(`${metadataUri}/task`, { signal: AbortSignal.timeout(5_000) });
  const task = (await response.json()) as { Containers?: { Networks?: { IPv4Addresses?: string[] }[] }[] };
  const found = task.Containers?.flatMap(({ Networks }) => Networks ?? []).flatMap(
    ({ IPv4Addresses }) => IPv4Addresses ?? [],
  )[0];
  return found ?? "127.0.0.1";
}

await main();
