import { type Colour, other } from "../../domain/colour.ts";
import type { SwitchInputs } from "../../domain/inputs.ts";
import type { SwitchRecord } from "../../domain/record.ts";
import type { ReleaseRecord } from "../../domain/release-record.ts";
import { UsageError } from "../../domain/usage-error.ts";
import type { CheckContext } from "../core/check.ts";
import { contextFor } from "../core/context.ts";
import type { Group } from "../core/groups.ts";
import { watchPeriods } from "../core/watch-periods.ts";
import type { Options } from "./options.ts";
import { readRecord } from "./read-record.ts";
import type { Target } from "./target.ts";
import type { Terminal } from "./terminal.ts";

/** A deployed stack as a target: its record says what to judge and where. */
export async function stackTarget(
  stack: string,
  options: Options,
  groups: ReadonlySet<Group>,
  release: ReleaseRecord | null,
  around: Terminal,
): Promise<Target> {
  const record = await readRecord(stack, options, around);
  const inputs = inputsOf(record, stack, options);
  const slot = options.slot ?? slotUnderTest(record, groups);
  const context = await contextFor(inputs, slot, {
    now: around.now,
    signal: around.signal,
    environment: around.environment,
  });
  const liveForMs = around.now() - record.liveSince;
  return {
    name: `stack ${stack}`,
    context: {
      ...context,
      record,
      release: release ?? inputs.release ?? null,
      commands: { ...inputs.commands, ...options.commands },
      watch: options.watch ?? watchPeriods.find((period) => liveForMs <= period.ms) ?? watchPeriods[2],
      incident: incidentOf(options, stack),
    },
  };
}

function inputsOf(record: SwitchRecord, stack: string, options: Options): SwitchInputs {
  if (record.inputs === null)
    throw new UsageError(
      `the record of stack ${stack} holds no inputs yet: its first deployment has not ended`,
      "pulumi up",
    );
  return {
    ...record.inputs,
    ...(options.region === null ? {} : { region: options.region }),
    ...(options.profile === null ? {} : { profile: options.profile }),
  };
}

/** Before and during a rollout the candidate is judged, afterwards the slot that is live. */
function slotUnderTest(record: SwitchRecord, groups: ReadonlySet<Group>): Colour {
  const afterwards = groups.has("watch") || groups.has("rollback");
  return afterwards ? record.live : other(record.live);
}

/** Where the incident document and the evidence it tells of are. */
export function incidentOf(options: Options, name: string): CheckContext["incident"] {
  return { file: options.incident ?? `incident-${name}.md`, evidence: options.evidence };
}
