import type { PlanDocument } from "./document.ts";
import { planMarkdown } from "./markdown.ts";
import { planText } from "./text.ts";

/** The forms of a plan. */
export const planFormats = ["text", "markdown", "json"] as const;
/** A form of a plan. */
export type PlanFormat = (typeof planFormats)[number];

/** The plan in one of its forms, ending in a newline. */
export function formatPlan(plan: PlanDocument, format: PlanFormat): string {
  switch (format) {
    case "text":
      return planText(plan);
    case "markdown":
      return planMarkdown(plan);
    case "json":
      return `${JSON.stringify(plan, null, 2)}\n`;
    default:
      return format satisfies never;
  }
}
