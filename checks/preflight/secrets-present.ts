import { defineCheck } from "../core/define.ts";
import { deploymentOf, slotOf } from "../core/require.ts";
import { causeText } from "../sources/causes.ts";

/** Values that stand where a real one belongs. */
const placeholder =
  /^(|change[-_ ]?me|placeholder|todo|tbd|dummy|example|none|null|undefined|secret|password|x{3,}|\*{3,}|0+|your[-_ ].*|.*[-_ ]here|<.*>|\$\{.*\})$/i;

function isPlaceholder(value: string): boolean {
  return placeholder.test(value.trim());
}

type Finding = "present" | "placeholder" | "missing";

/** Every secret the candidate's containers get has a value, and the value is no placeholder. No value is ever printed. */
export const secretsPresent = defineCheck({
  name: "secrets-present",
  group: "preflight",
  question: "Do all secrets of the candidate hold real values?",
  source: "ECS task definition and Secrets Manager",
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
      const { secret, key } = parts(from);
      try {
        return inspect(await sources.secrets.value(secret, signal), key);
      } catch (error) {
        if (
          /ResourceNotFound|can't find|has no text value/i.test(
            `${(error as Error).name} ${causeText(error)}`,
          )
        )
          return "missing";
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

/** `arn:…:secret:name-AbCdEf[:json-key:stage:version]` as ECS spells it, or a bare name. */
function parts(from: string): { secret: string; key: string } {
  const fields = from.split(":");
  if (fields[0] !== "arn" || fields.length <= 7) return { secret: from, key: "" };
  return { secret: fields.slice(0, 7).join(":"), key: fields[7] ?? "" };
}

function inspect(value: string, key: string): Finding {
  if (key === "") return isPlaceholder(value) ? "placeholder" : "present";
  const fields = JSON.parse(value) as Record<string, unknown>;
  const of = fields[key];
  if (typeof of !== "string") return "missing";
  return isPlaceholder(of) ? "placeholder" : "present";
}
