import { z } from "zod";

/**
 * A release's name: 12 or more hex digits of a hash over everything that starts a deployment of the slot (image, hub
 * config, sidecar image, cpu, memory, environment, secret names). Known at preview, unlike a task definition's ARN.
 */
export const releaseName = z.string().regex(/^[0-9a-f]{12,64}$/, "a release name is 12 to 64 hex digits");
