import type { Colour } from "../domain/colour.ts";
import { metricNamespaceOf } from "../domain/telemetry.ts";

/** Names that are fixed by project and stack: what is looked up before anything exists, and what other stacks must not share. */
export interface StackNames {
  readonly prefix: string;
  /** The table of the switch's record. */
  readonly table: string;
  /** How the namespace of the stack's metrics begins. */
  readonly namespaceStart: string;
  readonly guardian: string;
  /** Path of the stack's roles: the deploy role may touch roles under it and no others. */
  readonly rolePath: string;
}

/**
 * The fixed names of a stack. They must be the same in every preview: the record is looked up by its table before anything
 * exists.
 */
export function namesOf({ project, stack }: { project: string; stack: string }): StackNames {
  const prefix = `${project}-${stack}`;
  return {
    prefix,
    table: `${prefix}-switch`,
    namespaceStart: metricNamespaceOf(project, stack),
    guardian: `${prefix}-guardian`,
    rolePath: `/${project}/${stack}/`,
  };
}

/** The log group of a slot's hubs, or the one of the rollouts' evidence. */
export const slotLogGroup = (
  { project, stack }: { readonly project: string; readonly stack: string },
  of: Colour | "evidence",
): string => `/${project}/${stack}/${of}`;
