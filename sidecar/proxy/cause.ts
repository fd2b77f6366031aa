import { BadAnswer } from "../http/answer-head.ts";

const causes: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  EPIPE: "connection reset",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ETIMEDOUT: "no connection",
};

/** The cause of an answer that the hub did not give, in a word or two of our own. */
export function causeOf(error: Error): string {
  if (error instanceof BadAnswer) return "bad answer";
  const { code } = error as NodeJS.ErrnoException;
  return (code !== undefined && Object.hasOwn(causes, code) ? causes[code] : undefined) ?? "connection lost";
}
