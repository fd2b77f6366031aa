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
  counts: z.number().optional(),
  after: z.tuple([z.number(), z.number()]).optional(),
  chosen: z.literal(false).optional(),
});

/** The line that counts a second's requests that have none of their own. */
export const countsLine = z.object({
  schema: z.literal(accessSchema),
  task: z.string(),
  number: z.number(),
  beforeAt: z.number().nullable(),
  ms: z.number(),
  lines: z.number(),
  counted: z.array(
    z.object({
      method: z.string(),
      tool: z.string().nullable(),
      outcome: z.enum(outcomes),
      requests: z.number(),
      took: z.array(z.tuple([z.number(), z.number()])).optional(),
    }),
  ),
});
/** What is read of it. */
export type CountsRead = z.infer<typeof countsLine>;

/** The line that lists requests which are still open. */
export const openLine = z.object({
  schema: z.literal(accessSchema),
  task: z.string(),
  requests: z.array(z.object({ ...request, since: z.number(), chosen: z.literal(false).optional() })),
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
