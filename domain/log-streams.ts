/**
 * Streams of a slot's log group, named `prefix/container/task` by the awslogs driver: which of them are the hub's says its
 * containers' definition, and everybody who reads the log.
 */
export const streamPrefix = "task";
/** Names of a task's containers. */
export const containerNames = { hub: "hub", sidecar: "sidecar" } as const;

/** How the names of the hub's streams begin. */
export const hubStreams = `${streamPrefix}/${containerNames.hub}/`;

/** Whether a stream is a sidecar's, whatever its prefix. */
export function isSidecarStream(stream: string): boolean {
  return stream.split("/").at(-2) === containerNames.sidecar;
}
