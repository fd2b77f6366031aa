/**
 * Streams of a slot's log groups, named `prefix/container/task` by the awslogs driver: which of them are the hub's says its
 * containers' definition, and everybody who reads the log.
 */
export const streamPrefix = "task";
/** Names of a task's containers. */
export const containerNames = { hub: "hub", sidecar: "sidecar" } as const;

/** How the names of the hub's streams begin. */
export const hubStreams = `${streamPrefix}/${containerNames.hub}/`;

/**
 * The log group of a slot's sidecars, by the slot's own group, which is the hub's alone: whatever a hub prints, no line of it
 * stands where access lines are read. `""`, where no group is known, stays that.
 */
export const sidecarGroup = (slotGroup: string): string => (slotGroup === "" ? "" : `${slotGroup}/sidecar`);

/** Whether a stream is a sidecar's, whatever its prefix. */
export function isSidecarStream(stream: string): boolean {
  return stream.split("/").at(-2) === containerNames.sidecar;
}
