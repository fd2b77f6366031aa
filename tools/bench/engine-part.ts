/** One run of the engine in a process of its own, as its parent orders; then it ends. */
import { preview, up, type EngineOptions, type RunResult } from "pulumi-engine";
import { awsProvider, awsxProvider } from "pulumi-engine/providers";

/** An engine order: one run of the engine in a process of its own. */
export interface EngineOrder {
  verb: "preview" | "up";
  options: Omit<EngineOptions, "providers">;
}

/** An engine answer: how that run ended and what it took. */
export interface EngineAnswer {
  ok: boolean;
  /** Why it is not. */
  problems: string[];
  changes: RunResult["changes"];
  /** Most memory that this process ever held. */
  peakMb: number;
  cpuMs: number;
}

async function obey({ verb, options }: EngineOrder): Promise<EngineAnswer> {
  const env = { ...options.env };
  const run = verb === "up" ? up : preview;
  const providers = { aws: () => awsProvider({ env }), awsx: () => awsxProvider({ env }) };
  const { ok, diagnostics, changes } = await run({ ...options, providers });
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  return {
    ok,
    problems: diagnostics.filter(({ severity }) => severity === "error").map(({ message }) => message),
    changes,
    peakMb: maxRSS / 1_024,
    cpuMs: (userCPUTime + systemCPUTime) / 1_000,
  };
}

process.once("message", (order: EngineOrder) => {
  obey(order).then(
    (answer) => process.send?.(answer),
    (error: Error) => process.send?.({ ok: false, problems: [error.message] }),
  );
});
