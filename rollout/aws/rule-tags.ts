import type { SwitchInputs } from "../../domain/inputs.ts";

/**
 * Tags that say whose the weighted rule is. It has them from its first moment on: what keeps others from its weights goes by
 * them.
 */
export const rulesOwnTags = ({
  tags,
  table,
  stack,
}: Pick<SwitchInputs, "tags" | "table" | "stack">): Record<string, string> => ({
  ...tags,
  "traffic-switch:table": table,
  "traffic-switch:stack": stack,
});
