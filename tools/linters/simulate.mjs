// Asks the policy simulator about requests: JSON on stdin, a verdict for each as JSON on stdout. The simulator is in the folder
// that is given.
import { createRequire } from "node:module";
import { join } from "node:path";
import { text } from "node:stream/consumers";

const require = createRequire(join(process.argv[2] ?? "", "package.json"));
const { runSimulation, runUnsafeSimulation, isWildcardOnlyAction } = require("@cloud-copilot/iam-simulate");

async function verdictOf({ principal, policies, boundary, trust, action, resource, context, untyped }) {
  // A call that IAM knows for everything at once is asked about everything.
  const atOnce = await isWildcardOnlyAction(...action.split(":"));
  const simulation = {
    request: {
      principal,
      action,
      resource: { resource: atOnce ? "*" : resource, accountId: principal.split(":")[4] },
      contextVariables: context,
    },
    identityPolicies: policies,
    serviceControlPolicies: [],
    resourceControlPolicies: [],
    ...(boundary ? { permissionBoundaryPolicies: [boundary] } : {}),
    ...(trust ? { resourcePolicy: trust } : {}),
  };
  if (untyped) return runUnsafeSimulation(simulation, {});
  const said = await runSimulation(simulation, {});
  if (said.resultType === "error") return `error: ${JSON.stringify(said.errors)}`;
  const results = said.resultType === "single" ? [said.result] : said.results;
  const ignored = results.flatMap(({ ignoredContextKeys = [] }) => ignoredContextKeys);
  return ignored.length > 0 ? `error: ${action} has no ${ignored.join(", ")}` : said.overallResult;
}

const verdicts = [];
for (const request of JSON.parse(await text(process.stdin))) verdicts.push(await verdictOf(request));
process.stdout.write(JSON.stringify(verdicts));
