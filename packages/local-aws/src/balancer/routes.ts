import { compileConditions, type Predicate, type RequestFacts } from "./conditions.ts";
import type { Action, ForwardAction, Rule } from "./types.ts";

interface Route {
  arn: string;
  holds: Predicate;
  action: Action;
}

/** The rules of a listener as traffic sees them: compiled once, read on every request. */
export class Routes {
  readonly #routes: Route[];
  readonly #defaultAction: Action;

  constructor(rules: readonly Rule[], defaultAction: Action) {
    this.#routes = rules
      .toSorted((a, b) => a.priority - b.priority)
      .map((rule) => ({ arn: rule.arn, holds: compileConditions(rule.conditions), action: rule.action }));
    this.#defaultAction = defaultAction;
  }

  /** The first rule that holds; else the default action. */
  find(request: RequestFacts): { rule: string; action: Action } {
    for (const route of this.#routes) {
      if (route.holds(request)) return { rule: route.arn, action: route.action };
    }
    return { rule: "default", action: this.#defaultAction };
  }
}

/** One group by weight, independently for each request; null when every weight is 0. */
export function chooseGroup(action: ForwardAction, random: () => number): string | null {
  const [only] = action.groups;
  if (action.groups.length === 1) return only?.arn ?? null;
  const total = action.groups.reduce((sum, group) => sum + group.weight, 0);
  if (total <= 0) return null;
  let left = random() * total;
  for (const group of action.groups) {
    left -= group.weight;
    if (left < 0) return group.arn;
  }
  return action.groups.findLast((group) => group.weight > 0)?.arn ?? null;
}

/** Every target group that the actions name, whatever its weight: a group at weight 0 is health-checked too. */
export function groupsNamed(rules: readonly Rule[], defaultAction: Action): string[] {
  return [defaultAction, ...rules.map((rule) => rule.action)].flatMap((action) =>
    action.type === "forward" ? action.groups.map((group) => group.arn) : [],
  );
}
