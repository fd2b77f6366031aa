import { request } from "node:http";
import type { Clock, Timer } from "../clock.ts";
import type { HealthCheck, Target } from "./types.ts";

/** How one health check went; reason code and description are those of DescribeTargetHealth. */
export type CheckResult = { healthy: true } | { healthy: false; reason: string; description: string };

/** A test of status codes for a matcher like `200`, `200,202` or `200-299`. */
export function compileMatcher(matcher: string): (status: number) => boolean {
  const ranges = matcher.split(",").map((part) => {
    const match = /^\s*(\d{3})(?:-(\d{3}))?\s*$/.exec(part);
    if (!match)
      throw new Error(`"${matcher}" is not a matcher: write status codes as in "200,202" or "200-299"`);
    return { low: Number(match[1]), high: Number(match[2] ?? match[1]) };
  });
  return (status) => ranges.some((range) => status >= range.low && status <= range.high);
}

/** Checks a target once, over a connection of its own. Never rejects. The returned function gives up on it. */
export function checkTarget(
  target: Target,
  check: HealthCheck,
  timeoutMs: number,
  clock: Clock,
  done: (result: CheckResult) => void,
): () => void {
  const matches = compileMatcher(check.matcher);
  const port = check.port === "traffic-port" ? target.port : check.port;
  let timer: Timer = null;
  let over = false;
  const attempt = request({
    host: target.id,
    port,
    path: check.path,
    agent: false,
    headers: { "user-agent": "ELB-HealthChecker/2.0", host: `${target.id}:${port}`, connection: "close" },
  });
  const end = (result: CheckResult | null): void => {
    if (over) return;
    over = true;
    clock.clearTimeout(timer);
    attempt.destroy();
    if (result) done(result);
  };
  timer = clock.setTimeout(
    () => end({ healthy: false, reason: "Target.Timeout", description: "Request timed out" }),
    timeoutMs,
  );
  attempt.on("response", (response) => {
    response.on("error", () => {});
    response.resume();
    const status = response.statusCode ?? 0;
    end(
      matches(status)
        ? { healthy: true }
        : {
            healthy: false,
            reason: "Target.ResponseCodeMismatch",
            description: `Health checks failed with these codes: [${status}]`,
          },
    );
  });
  attempt.on("error", () =>
    end({ healthy: false, reason: "Target.FailedHealthChecks", description: "Health checks failed" }),
  );
  attempt.end();
  return () => end(null);
}
