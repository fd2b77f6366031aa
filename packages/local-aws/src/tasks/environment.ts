import type { ContainerSpec, ImageCommand, TaskSpec } from "./types.ts";

/** Host ports by declared container port; one name space for the whole task, as in awsvpc mode. */
export type PortMap = ReadonlyMap<number, number>;

/** What a process cannot do without on this machine, whatever the container declares. */
const machine = ["PATH", "HOME", "TMPDIR", "LANG", "SystemRoot"] as const;

/** Rewrites loopback addresses of container ports to the host ports they got; everything else stays. */
export function mapPorts(text: string, ports: PortMap): string {
  return text.replace(
    /(?<![\w.])(?:127\.0\.0\.1|0\.0\.0\.0|localhost):(\d{1,5})(?!\d)/g,
    (whole, port: string) => {
      const host = ports.get(Number(port));
      return host === undefined ? whole : `127.0.0.1:${host}`;
    },
  );
}

/** A container's whole environment, weakest first: this machine's, the rehearsal's, the image's, the container's own. */
export function environmentOf(
  container: ContainerSpec,
  image: ImageCommand,
  task: TaskSpec,
  ports: PortMap,
  rehearsal: Record<string, string>,
  configFile: string,
): Record<string, string> {
  const merged: Record<string, string> = {};
  for (const name of machine) {
    const value = process.env[name];
    if (value !== undefined) merged[name] = value;
  }
  const fill = filler(container, ports, configFile);
  const own = Object.entries(image.env ?? {}).map(([name, value]) => [name, fill(value, "env")]);
  Object.assign(merged, rehearsal, Object.fromEntries(own), container.environment);
  for (const [name, value] of Object.entries(merged)) merged[name] = mapPorts(value, ports);
  merged["ECS_CONTAINER_METADATA_URI_V4"] = task.metadata.metadataUri;
  merged["ECS_AGENT_URI"] = task.metadata.agentUri;
  return merged;
}

/** An image's words with `{port}` and `{config}` filled in. Throws when one needs a port and the container declares none. */
export function commandOf(
  container: ContainerSpec,
  image: ImageCommand,
  ports: PortMap,
  configFile: string,
): string[] {
  const fill = filler(container, ports, configFile);
  return image.command.map((word) => fill(word, "command"));
}

/** What fills in the two placeholders of a text. */
function filler(container: ContainerSpec, ports: PortMap, configFile: string) {
  const [declared] = container.containerPorts;
  return (text: string, where: "command" | "env"): string =>
    text
      .replaceAll("{config}", () => configFile)
      .replaceAll("{port}", () => {
        const port = declared === undefined ? undefined : ports.get(declared);
        if (port === undefined)
          throw new Error(
            `the ${where} of image ${container.image} has {port}, but container ${container.name} declares no port`,
          );
        return String(port);
      });
}
