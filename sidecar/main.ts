import { type SidecarConfig, readConfig } from "./config.ts";
import { flagReader } from "./drain/flag.ts";
import { ownPlace, rangesOf } from "./http/network.ts";
import { LineBuffer } from "./observe/line-buffer.ts";
import { Sidecar } from "./sidecar.ts";

/** The container's program: everything it needs stands in its environment. */
async function main(): Promise<void> {
  const { config, host } = await start();
  const lines = new LineBuffer(
    (bytes) => process.stdout.write(bytes),
    () => Date.now(),
  );
  process.on("exit", () => lines.flush());
  const sidecar = new Sidecar({
    config,
    readFlag: flagReader(config),
    now: () => Date.now(),
    write: (line, isAscii) => lines.add(line, isAscii),
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

/** The environment and this task's own address, which says where its peers can be. A wrong environment ends the process. */
async function start(): Promise<{ config: SidecarConfig; host: string }> {
  try {
    const config = readConfig(process.env);
    const place = await ownPlace(config.metadataUri);
    return { config: { ...config, network: rangesOf(config.network, place) }, host: place.host };
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    return process.exit(2);
  }
}

await main();
