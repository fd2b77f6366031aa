import { createHash } from "node:crypto";

/** The hash before the first line of a chain. */
export const noLine = "0".repeat(64);
/** The SHA-256 of a text in UTF-8, in hexadecimal. */
export const hash = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");
