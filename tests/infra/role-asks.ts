import type { Simulated } from "../../tools/linters/simulator.ts";
import { IamRequests, protectingAttempts, startingAttempts } from "./iam-requests.ts";
import { type Attempt, allowed } from "./policy.ts";
import { type MadeRole, type RecordedCall, callersOf, rolesMadeBy } from "./recorded-calls.ts";

/** A role, and what it asks for. */
export interface Ask {
  readonly role: MadeRole;
  readonly attempt: Attempt;
  /** The role that it wants to take; what trusts whom has a say, too. */
  readonly asked?: MadeRole | undefined;
}

/**
 * What every role of a stack asked for in recorded calls, each once: the switch's, the guardian's and the tasks' own calls, and
 * what ECS asks with a task's roles. Calls of whoever deploys are those of the role that `own` names; null: nobody's.
 *
 * @param calls everything since the account was empty, so that the roles are among what they made
 * @param judged those of them whose requests are wanted
 */
export function asksOf(
  calls: readonly RecordedCall[],
  own: string | null,
  judged: readonly RecordedCall[] = calls,
): Ask[] {
  const made = rolesMadeBy(calls);
  const roles = new Map([...made.values()].map((role) => [role.name, role]));
  const callerOf = callersOf(calls, made);
  const requests = new IamRequests();
  const wanted = new Set(judged);
  const asks = new Map<string, Ask>();
  const add = (name: string | null, attempts: readonly Attempt[]) => {
    const role = roles.get(name ?? "");
    if (role)
      for (const attempt of attempts)
        asks.set(`${name} ${JSON.stringify(attempt)}`, { role, attempt, asked: takenBy(attempt, made) });
  };
  for (const call of calls) {
    const caller = callerOf(call);
    const attempts = requests.of(call);
    if (!wanted.has(call)) continue;
    add(caller === "own" ? own : caller, attempts);
    if (call.operation === "RegisterTaskDefinition") add("execution", startingAttempts(call));
    if (call.operation === "CreateService") add("task", protectingAttempts(call.input["cluster"]));
  }
  return [...asks.values()];
}

/** The role that an attempt takes, where it takes one of these. */
const takenBy = ({ action, resource }: Attempt, made: ReadonlyMap<string, MadeRole>) =>
  action === "sts:AssumeRole" ? made.get(resource) : undefined;

/** Whether the role's policies allow it, and its boundary does. */
export function mayDo({ policies, boundary }: MadeRole, attempt: Attempt): boolean {
  const Statement = policies.flatMap(({ policy }) => policy.Statement);
  return (
    allowed({ Version: "2012-10-17", Statement }, attempt) &&
    (boundary === null || allowed(boundary.policy, attempt))
  );
}

/** An ask as a line of text. */
export const askText = ({ role, attempt: { action, resource, context = {} } }: Ask): string =>
  [role.name, action, resource, ...(Object.keys(context).length > 0 ? [JSON.stringify(context)] : [])].join(
    " ",
  );

/** An ask as the policy simulator takes it. */
export const simulated = ({ role: { arn, policies, boundary }, attempt, asked }: Ask): Simulated => ({
  principal: arn,
  policies,
  boundary,
  ...(asked ? { trust: asked.trust } : {}),
  action: attempt.action,
  resource: attempt.resource,
  context: attempt.context ?? {},
});
