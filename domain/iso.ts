/** A moment in milliseconds since 1970 as in 2026-03-01T12:00:00.000Z. */
export const iso = (ms: number): string => new Date(ms).toISOString();

/** The same to the second, as in 2026-03-01T12:00:00Z. */
export const isoToTheSecond = (ms: number): string => iso(ms).replace(/\.\d{3}Z$/, "Z");
