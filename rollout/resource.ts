import * as pulumi from "@pulumi/pulumi";
import type { Colour, PerColour } from "../domain/colour.ts";
import type { SwitchInputs, SwitchOutputs } from "../domain/inputs.ts";
import type { LeavingInputs } from "../domain/leaving-inputs.ts";
import type { ParametersRequest } from "../domain/parameters-request.ts";
import type { SwitchAnswer, SwitchRequest } from "../domain/request.ts";
import type { Weights } from "../domain/weight.ts";

/** Arguments of TrafficSwitch: every field of `SwitchInputs`, each of which may be an output of another resource. */
export type TrafficSwitchArgs = { [Key in keyof Simple]: pulumi.Input<Simple[Key]> } & Nested;

type Simple = Omit<SwitchInputs, keyof Nested>;

/** Inputs whose members may be outputs one by one. */
interface Nested {
  targetGroups: PerColour<pulumi.Input<string>>;
  services: PerColour<pulumi.Input<string>>;
  taskDefinitions: PerColour<pulumi.Input<string>>;
  logGroups: PerColour<pulumi.Input<string>>;
  hub: { [Key in keyof SwitchInputs["hub"]]: pulumi.Input<SwitchInputs["hub"][Key]> };
  topics: { onCall?: pulumi.Input<string>; team?: pulumi.Input<string> };
  evidence: { logGroup?: pulumi.Input<string>; folder?: pulumi.Input<string> };
}

/**
 * The weighted listener rule of a blue-green service, and the one resource that changes when `greenWeight` does.
 * Its provider is the executable in `rollout/plugin`; its id is the rule's ARN.
 */
export class TrafficSwitch extends pulumi.CustomResource {
  // `declare`: a field that is initialised here would reset the output to undefined.
  declare readonly ruleArn: pulumi.Output<string>;
  declare readonly weights: pulumi.Output<Weights>;
  declare readonly live: pulumi.Output<Colour>;
  declare readonly liveSince: pulumi.Output<string>;
  declare readonly liveRelease: pulumi.Output<string>;
  declare readonly previous: pulumi.Output<SwitchOutputs["previous"]>;
  declare readonly verified: pulumi.Output<SwitchOutputs["verified"]>;
  declare readonly lastRollout: pulumi.Output<SwitchOutputs["lastRollout"]>;

  constructor(name: string, args: TrafficSwitchArgs, options?: pulumi.CustomResourceOptions) {
    const outputs: Record<keyof SwitchOutputs, undefined> = {
      ruleArn: undefined,
      weights: undefined,
      live: undefined,
      liveSince: undefined,
      liveRelease: undefined,
      previous: undefined,
      verified: undefined,
      lastRollout: undefined,
    };
    super("trafficswitch:index:TrafficSwitch", name, { ...outputs, ...args }, options);
  }
}

/**
 * The namespace of a stack's metrics: a beginning that anybody may guess, and behind it what was drawn when it was made. It stays
 * in Pulumi's state for as long as the stack is there. Its provider is the switch's.
 */
export class MetricNamespace extends pulumi.CustomResource {
  declare readonly namespace: pulumi.Output<string>;

  constructor(name: string, start: string, options?: pulumi.CustomResourceOptions) {
    super("trafficswitch:index:MetricNamespace", name, { namespace: undefined, start }, options);
  }
}

/** Arguments of LeavingReleases. */
export interface LeavingArgs extends Omit<LeavingInputs, "roleArn"> {
  readonly roleArn: pulumi.Input<string>;
}

/**
 * What tells the sessions of a release that it leaves its slot. It has to change before the service does that runs the slot. Its
 * provider is the switch's.
 */
export class LeavingReleases extends pulumi.CustomResource {
  constructor(name: string, args: LeavingArgs, options?: pulumi.CustomResourceOptions) {
    super("trafficswitch:index:LeavingReleases", name, args, options);
  }
}

/**
 * Reads the live rule and the record, in preview as well as in `up`, and says what this `up` will do, or why it is refused. Throws
 * pulumi.RunError when there was no answer: of that error the CLI prints the sentence and no stack.
 */
export async function readSwitch(request: SwitchRequest): Promise<SwitchAnswer> {
  try {
    return await pulumi.runtime.invoke("trafficswitch:index:readSwitch", request);
  } catch (error) {
    const { message } = error as Error;
    throw new pulumi.RunError(`What is live could not be read, so nothing was touched: ${message}`);
  }
}

/**
 * The names among these that parameters of Systems Manager have. The AWS provider would answer with their values, which a
 * workflow may not read. Rejects with AWS's words when there was no answer.
 */
export async function findParameters(request: ParametersRequest): Promise<readonly string[]> {
  const answer = await pulumi.runtime.invoke("trafficswitch:index:findParameters", request);
  return (answer as { found: string[] }).found;
}
