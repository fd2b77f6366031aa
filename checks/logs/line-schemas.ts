import { z } from "zod";
import { outcomes } from "../../domain/outcome.ts";
import { accessSchema } from "../../domain/telemetry.ts";

const request = {
  request: z.number(),
  session: z.string(),
  sessionAt: z.number().nullable(),
  begun: z.boolean().nullable(),
  method: z.string(),
  tool: z.string().nullable(),
};

/** What is read of an access line; more may stand in it. */
export const accessLine = z.object({
  ...request,
  schema: z.literal(accessSchema),
  task: z.string(),
  outcome: z.enum(outcomes),
  cause: z.string(),
  durationMs: z.number(),
  synthetic: z.boolean(),
});

/** The line that lists requests which are still open. */
export const openLine = z.object({
  schema: z.literal(accessSchema),
  task: z.string(),
  requests: z.array(z.object({ ...request, since: z.number() })),
});

/** An older sidecar's access line: of what was not `ok` it does not say what it was. */
export const olderLine = z.object({
  session: z.string(),
  method: z.string(),
  tool: z.string().nullable(),
  outcome: z.string(),
  durationMs: z.number(),
  synthetic: z.boolean(),
});
/** What an older sidecar let pass without judging it. */
export const unjudged: ReadonlySet<string> = new Set(["cancelled", "refused"]);
