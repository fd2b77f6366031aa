import { randomUUID } from "node:crypto";
import { boundedText } from "../checks/sources/bounded-text.ts";
import { causeText } from "../checks/sources/causes.ts";
import { type Health, judgeHealth } from "../domain/health.ts";
import type { HealthFound } from "./found.ts";
import { healthPaths, pathsBelow } from "./usual-paths.ts";

/** How long a health path may take, in milliseconds: what the sidecar gives it. */
const answerMs = 4_000;

/** One path as it was asked. */
interface Looked {
  readonly path: string;
  /** Null: it did not answer. */
  readonly status: number | null;
  readonly health: Health;
}

/**
 * Looks for a path that says the hub is up. It is asked without a token, as balancers and sidecars ask. Never rejects.
 * @param taken paths that MCP has
 */
export async function findHealth(
  origin: string,
  prefix: string,
  taken: ReadonlySet<string>,
): Promise<HealthFound> {
  const paths = pathsBelow(prefix, healthPaths).filter((path) => !taken.has(path));
  const [nobodys, ...looked] = await Promise.all(
    [`/${randomUUID()}`, ...paths].map((path) => look(origin, path)),
  );
  const up = looked.find(({ health }) => health.ready);
  const answersAnything = nobodys?.health.ready === true;
  if (up !== undefined) return { path: up.path, why: up.health.why, answersAnything };
  return { path: null, why: nearestOf(looked), answersAnything };
}

/** The path that came nearest: one that somebody made, and that says something else than that the hub is up. */
function nearestOf(looked: readonly Looked[]): string {
  const made = looked.find(({ status }) => status !== null && ![404, 405, 401, 403].includes(status));
  const nearest = made ?? looked[0];
  return nearest === undefined ? "" : `${nearest.path}: ${nearest.health.why}`;
}

async function look(origin: string, path: string): Promise<Looked> {
  const signal = AbortSignal.timeout(answerMs);
  try {
    const response = await fetch(origin + path, { redirect: "manual", signal });
    const { status, headers } = response;
    const body = await boundedText(response);
    const contentType = headers.get("content-type") ?? "";
    return { path, status, health: judgeHealth({ status, contentType, body }, null) };
  } catch (error) {
    const why = signal.aborted ? `it gave no whole answer within ${answerMs / 1_000} s` : causeText(error);
    return { path, status: null, health: { ready: false, why } };
  }
}
