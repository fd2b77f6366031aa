import { fileURLToPath } from "node:url";
import { EventRule } from "@pulumi/aws/cloudwatch/eventRule.js";
import type { EventRuleArgs } from "@pulumi/aws/cloudwatch/eventRule.js";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget.js";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { Function as LambdaFunction } from "@pulumi/aws/lambda/function.js";
import { Permission } from "@pulumi/aws/lambda/permission.js";
import * as pulumi from "@pulumi/pulumi";
import type { GuardianPlace } from "./guardian-place.ts";
import type { MadeRole } from "./roles.ts";
import type { StackNames } from "./stack-names.ts";

/** Seconds one tick may take: a rollback and its proof. It fits itself into what is left of them. */
const timeout = 50;
const memory = 256;

/** The guardian's code in one file. The AWS SDK is part of Lambda's runtime. Same sources, same bytes: no change in a preview. */
export async function bundleGuardian(): Promise<string> {
  const { build } = await import("esbuild");
  const result = await build({
    entryPoints: [fileURLToPath(new URL("../rollout/guardian/handler.ts", import.meta.url))],
    bundle: true,
    write: false,
    platform: "node",
    target: "node24",
    format: "esm",
    minify: true,
    external: ["@aws-sdk/*"],
    // Dependencies written as CommonJS ask for node's own modules with require.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: "silent",
  });
  const [file] = result.outputFiles;
  if (!file) throw new Error("bundling the guardian gave no file");
  return file.text;
}

/** The guardian as it runs. */
interface Guardian {
  readonly guardian: LambdaFunction;
  /** Once all of it is there, it is called. */
  readonly schedule: readonly pulumi.Resource[];
}

/** The function, once a minute and on every change of one of the stack's alarms. */
export async function makeGuardian(
  names: StackNames,
  { stack, namespace }: { readonly stack: string; readonly namespace: pulumi.Output<string> },
  { role, policy }: MadeRole,
  { bundle, place }: { readonly bundle: Promise<string>; readonly place: GuardianPlace | null },
  opts: pulumi.ComponentResourceOptions,
): Promise<Guardian> {
  const logGroup = new LogGroup(
    "guardian",
    { name: `/aws/lambda/${names.guardian}`, retentionInDays: 30 },
    opts,
  );
  const fn = new LambdaFunction(
    "guardian",
    {
      name: names.guardian,
      description: "Sends traffic home when nobody is watching any more",
      runtime: "nodejs24.x",
      architectures: ["arm64"],
      handler: "index.handler",
      role: role.arn,
      timeout,
      memorySize: memory,
      // No concurrency is reserved: a new account has none to reserve. Of two ticks at once one gets the lease.
      code: new pulumi.asset.AssetArchive({
        "index.mjs": new pulumi.asset.StringAsset(await bundle),
      }),
      ...(place ? { vpcConfig: { subnetIds: place.subnetIds, securityGroupIds: [place.group.id] } } : {}),
      environment: {
        variables: {
          SWITCH_TABLE: names.table,
          SWITCH_STACK: stack,
          SWITCH_NAMESPACE: namespace,
        },
      },
    },
    { ...opts, dependsOn: [logGroup, policy] },
  );
  const wake = (name: string, rule: EventRuleArgs) => {
    const made = new EventRule(`guardian-${name}`, rule, opts);
    const permission = new Permission(
      `guardian-${name}`,
      {
        action: "lambda:InvokeFunction",
        function: fn.name,
        principal: "events.amazonaws.com",
        sourceArn: made.arn,
      },
      opts,
    );
    const target = new EventTarget(`guardian-${name}`, { rule: made.name, arn: fn.arn }, opts);
    return [permission, target];
  };
  const schedule = wake("minute", { scheduleExpression: "rate(1 minute)" });
  wake("alarm", {
    eventPattern: JSON.stringify({
      source: ["aws.cloudwatch"],
      "detail-type": ["CloudWatch Alarm State Change"],
      detail: { alarmName: [{ prefix: `${names.prefix}-` }] },
    }),
  });
  return { guardian: fn, schedule };
}
