import { readFile } from "node:fs/promises";
import type { SwitchRecord } from "../../domain/record.ts";
import { type StackConfig, fileOf, readStackConfig } from "../../infra/stack-file.ts";
import { namesOf } from "../../infra/stack-names.ts";
import { openAccount } from "../../rollout/aws/open-account.ts";

/** A stack's file of this folder: its text, and what it says. */
export interface StackText extends StackConfig {
  readonly text: string;
}

/** Reads a stack's file. Throws UsageError with every problem that it has. */
export async function readStack(stack: string): Promise<StackText> {
  const read = await readStackConfig(stack);
  return { ...read, text: await readFile(fileOf(stack), "utf8") };
}

/** The switch's record of a stack, in the account and region that its file names; null: it was never deployed. */
export async function recordOf({ place }: StackConfig): Promise<SwitchRecord | null> {
  const { region, profile, stack } = place;
  await using account = openAccount({ region, ...(profile === undefined ? {} : { profile }) });
  const found = await account.store({ table: namesOf(place).table, stack }).read();
  return found?.record ?? null;
}
