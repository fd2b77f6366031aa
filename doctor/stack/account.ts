import { causeText, isUnreachable } from "../../checks/sources/causes.ts";
import type { Place } from "../../infra/read.ts";
import { type Finding, unknown } from "./finding.ts";

/** How AWS is reached: what every client here is made with. */
export interface Reach {
  readonly region: string;
  readonly profile?: string;
}

/** As whom and where the stack acts. */
export const reachOf = ({ region, profile }: Place): Reach => ({
  region,
  ...(profile === undefined ? {} : { profile }),
});

/** What AWS says to one question; where it could not be asked, that is the finding. */
export async function asked(about: string, question: () => Promise<Finding[]>): Promise<Finding[]> {
  try {
    return await question();
  } catch (error) {
    return [unknown(about, whyNot(error))];
  }
}

/** Why AWS gave no answer, for people. */
export function whyNot(error: unknown): string {
  if (isUnreachable(error)) return `AWS cannot be reached from here: ${causeText(error)}`;
  const { name, message } = error as Error;
  return name === "Error" || message.includes(name) ? message : `${name}: ${message}`;
}

/** Whether AWS answered that a thing is not there. */
export const isMissing = (error: unknown): boolean =>
  /NotFound|NoSuch|DoesNotExist/.test((error as Error).name);
