import { createHmac } from "node:crypto";
import type { Colour } from "../../domain/colour.ts";
import { header } from "../../domain/telemetry.ts";
import type { ProbeOptions } from "./probe-options.ts";

/** The proof that lets a probe through the sidecar: valid for 300 s from `now`, milliseconds since the epoch. */
export function probeProof(key: string, now: number): string {
  const seconds = Math.floor(now / 1_000);
  const first = key.split(",")[0]?.trim() ?? key;
  return `${seconds}.${createHmac("sha256", first).update(`probe:${seconds}`).digest("hex")}`;
}

/** The headers that mark a request as a probe of a slot: route, proof, synthetic, and the bearer token. */
export function probeMarks(
  { signingKey, token, now }: Pick<ProbeOptions, "signingKey" | "token" | "now">,
  slot: Colour | null,
): Record<string, string> {
  return {
    ...(slot === null ? {} : { [header.probeSlot]: slot }),
    [header.synthetic]: "1",
    ...(signingKey === null ? {} : { [header.probeProof]: probeProof(signingKey, now()) }),
    ...(token === null ? {} : { authorization: `Bearer ${token}` }),
  };
}
