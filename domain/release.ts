import { z } from "zod";

/**
 * A release's name: 12 or more hex digits of a hash over everything that starts a deployment of the slot: the text of its
 * containers' definitions, cpu, memory, architecture, and where its tasks run. Known at preview, unlike a task definition's ARN.
 */
export const releaseName = z.string().regex(/^[0-9a-f]{12,64}$/, "a release name is 12 to 64 hex digits");
