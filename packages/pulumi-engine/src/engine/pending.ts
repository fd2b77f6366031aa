import type { Run } from "./run.ts";
import type { PendingOperation } from "./state/resource.ts";

/**
 * Says what an earlier run began and never ended. What was being created stays on the list until a refresh clears it,
 * for nobody here can know whether it exists; all else is found again by its id.
 */
export function reportPending(run: Run): void {
  const { snapshot } = run.options.store;
  if (snapshot.pending.length === 0) return;
  run.diagnose("warning", pendingMessage(snapshot.pending));
  snapshot.pending = snapshot.pending.filter(({ type }) => type === "creating");
}

function pendingMessage(pending: readonly PendingOperation[]): string {
  const lines = pending.map(({ urn, type }) => `  * ${urn}, interrupted while ${type}`);
  const them = pending.length === 1 ? "it" : "they";
  return [
    `Attempting to deploy or update resources with ${pending.length} pending operations from previous deployment.`,
    ...lines,
    `These resources are in an unknown state because the run was interrupted while waiting for changes to these resources to complete. ` +
      `Confirm whether or not ${them} completed by looking at the resources at their provider. Then run \`pulumi refresh\`, ` +
      `which adopts what is live; with clearPendingCreates it also forgets creations that came to nothing.`,
  ].join("\n");
}
