import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { untilAborted } from "./pending.ts";

const farewellMs = 300;

/** Tells a streamable HTTP hub that the session is over; a hub may refuse or not answer. */
export async function endSession(transport: Transport): Promise<void> {
  if (!("terminateSession" in transport)) return;
  const terminate = (transport as { terminateSession(): Promise<void> }).terminateSession();
  await untilAborted(terminate, AbortSignal.timeout(farewellMs)).catch(() => undefined);
}

/** Closing is the last thing done with a session; what goes wrong then says nothing about the hub. */
export async function closeQuietly(client: { close(): Promise<void> }): Promise<void> {
  await client.close().catch(() => undefined);
}
