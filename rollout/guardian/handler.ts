import { openAccount } from "../aws/open-account.ts";
import { openPorts } from "../run/open-ports.ts";
import { describeEvent } from "../run/words.ts";
import { openGuardianPorts } from "./observation.ts";
import { publishHeartbeat } from "./publish.ts";
import { tick } from "./tick.ts";

/** What of Lambda's context is looked at. */
interface Invocation {
  getRemainingTimeInMillis(): number;
}

/**
 * The guardian as a Lambda: once a minute, and whenever one of the stack's alarms changes state. The event only wakes it:
 * everything it acts on is read from the account, and it is done before the time that its call has left is over. Environment: SWITCH_TABLE and SWITCH_STACK name the record, SWITCH_NAMESPACE the
 * stack's metrics: until there is a record, that it is here is all that it says.
 */
export async function handler(_event: unknown, context: Invocation): Promise<{ did: string; why: string }> {
  const {
    SWITCH_TABLE: table,
    SWITCH_STACK: stack,
    SWITCH_NAMESPACE: namespace,
    AWS_REGION: region,
  } = process.env;
  if (!table || !stack || !namespace || !region)
    throw new Error(
      "the guardian needs SWITCH_TABLE, SWITCH_STACK, SWITCH_NAMESPACE and AWS_REGION in its environment",
    );
  const inputs = await recordedInputs(region, table, stack);
  if (inputs === null) {
    await publishHeartbeat(region, namespace);
    return { did: "watch", why: "nothing is recorded yet" };
  }
  const say = (text: string) => process.stdout.write(`${JSON.stringify({ type: "guardian", text })}\n`);
  // The guardian has a role of its own: it neither assumes the switch role nor uses a person's profile.
  const own = { ...inputs.value, profile: undefined, roleArn: undefined, evidence: {} };
  const open = openPorts(
    own,
    inputs.ruleArn,
    (event) => say(describeEvent(event).text),
    (reading) => say(`${reading.check}: ${reading.verdict}. ${reading.why}`),
  );
  const guardian = openGuardianPorts(open.ports, open.clients, own, () => context.getRemainingTimeInMillis());
  try {
    const decided = await tick(open.ports, guardian);
    return { did: decided?.kind ?? "watch", why: decided?.why ?? "nothing is recorded yet" };
  } finally {
    guardian.close();
    await open.close();
  }
}

async function recordedInputs(region: string, table: string, stack: string) {
  await using account = openAccount({ region });
  const found = await account.store({ table, stack }).read();
  return found?.record.inputs ? { value: found.record.inputs, ruleArn: found.record.ruleArn } : null;
}
