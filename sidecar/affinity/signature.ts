import { createHmac, timingSafeEqual } from "node:crypto";

/** The purpose of a signature: one of one kind is never good for another. */
export type Purpose = "pin" | "session" | "probe" | "hop" | "state";

/** Hexadecimal HMAC-SHA-256; pins keep the first half of it. */
export function sign(key: string, purpose: Purpose, text: string): string {
  return createHmac("sha256", key).update(`${purpose}:${text}`).digest("hex");
}

/** Whether a signature is one of the keys'. Takes the same time however it differs. */
export function verify(keys: readonly string[], purpose: Purpose, text: string, signature: string): boolean {
  const given = Buffer.from(signature);
  let good = false;
  for (const key of keys) {
    const wanted = Buffer.from(
      sign(key, purpose, text).slice(0, signature.length === short ? short : undefined),
    );
    if (wanted.length === given.length && timingSafeEqual(wanted, given)) good = true;
  }
  return good;
}

/** The length of a short signature: 128 bits are enough for what lives as long as a session, and keep URLs short. */
export const short = 32;

/** How far a probe's or a hop's clock may be off, in seconds. */
const skewSeconds = 300;

/** Whether a proof, `<unix seconds>.<signature>` as probes and peer tasks send it, is fresh and signed. */
export function verifyFresh(
  keys: readonly string[],
  purpose: "probe" | "hop",
  text: string,
  nowMs: number,
): boolean {
  const [seconds = "", signature = ""] = text.split(".");
  if (!/^\d{1,12}$/.test(seconds) || Math.abs(Number(seconds) - nowMs / 1_000) > skewSeconds) return false;
  return signature.length === 64 && verify(keys, purpose, seconds, signature);
}

/** A proof for this moment, as `verifyFresh` takes it. */
export function signFresh(key: string, purpose: "probe" | "hop", nowMs: number): string {
  const seconds = String(Math.floor(nowMs / 1_000));
  return `${seconds}.${sign(key, purpose, seconds)}`;
}

/** Whether a token is one of those accepted, in constant time. */
export function isToken(tokens: readonly string[], given: string): boolean {
  // Hashing first makes all lengths equal.
  const hash = (text: string) => createHmac("sha256", "token").update(text).digest();
  const wanted = hash(given);
  let good = false;
  for (const token of tokens) if (timingSafeEqual(hash(token), wanted)) good = true;
  return good;
}
