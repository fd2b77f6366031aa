import { createHash } from "node:crypto";

export const noLine = "0".repeat(64);
export const hash = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");
