import { defineCheck } from "../core/define.ts";
import { deploymentOf, slotOf } from "../core/require.ts";
import { causeText } from "../sources/causes.ts";

/** Values that stand where a real one belongs. */
const placeholder =
  /^(|change[-_ ]?me|placeholder|todo|tbd|dummy|example|none|null|undefined|secret|password|x{3,}|\*{3,}|0+|your[-_ ].*|.*[-_ ]here|<.*>|\$\{.*\})$/i;

function isPlaceholder(value: string): boolean {
  return placeholder.test(value.trim());
}

/** What is said of a secret that is not there, has no text, or lacks the key that is asked of it. */
const isMissing =
  /ResourceNotFound|ParameterNotFound|can't find|has no (?:text value|key|value)|is no JSON object/i;

type Finding = "present" | "placeholder" | "missing";

/** Every secret the candidate's containers get has a value, and the value is no placeholder. No value is ever printed. */
export const secretsPresent = defineCheck({
  name: "secrets-present",
  group: "preflight",
  question: "Do all secrets of the candidate hold real values?",
  source: "ECS task definition, Secrets Manager and Systems Manager's parameters",
  query: ({ deployment, slot }) =>
    `secrets of ${deployment?.taskDefinitions[slot ?? "blue"] ?? "(no stack)"}`,
  limit: () => ({ value: 0, unit: "missing or placeholder", good: "=" }),
  sentence: "Production API keys configured (Pre-Deployment Checklist)",
  needs: ["deployment"],
  async measure(context) {
    const { sources, signal } = context;
    const definition = deploymentOf(context).taskDefinitions[slotOf(context)];
    const { secrets } = await sources.services.taskDefinition(definition, signal);
    return await Promise.all(secrets.map(async ({ name, from }) => ({ name, found: await look(from) })));

    async function look(from: string): Promise<Finding> {
      try {
        return isPlaceholder(await sources.secrets.value(from, signal)) ? "placeholder" : "present";
      } catch (error) {
        if (isMissing.test(`${(error as Error).name} ${causeText(error)}`)) return "missing";
        throw error;
      }
    }
  },
  judge(secrets) {
    const bad = secrets.filter((secret) => secret.found !== "present");
    const base = { value: bad.length, samples: secrets.length };
    if (secrets.length === 0)
      return { ...base, verdict: "inconclusive", why: "the candidate's containers get no secrets" };
    const names = bad.map(
      (secret) => `${secret.name} is ${secret.found === "missing" ? "missing" : "a placeholder"}`,
    );
    return bad.length > 0
      ? { ...base, verdict: "fail", why: names.join(", ") }
      : { ...base, verdict: "pass", why: `${secrets.length} secrets hold values` };
  },
});
