import { AwsError } from "../../error.ts";

/** IAM's sizes (IAM quotas): characters of documents, blanks aside, and policies attached to a role. */
const most = { trust: 2_048, inline: 10_240, managed: 6_144, attached: 10 } as const;

const sizeOf = (document: string) => document.replaceAll(/\s/g, "").length;
const tooMuch = (message: string) => new AwsError("LimitExceeded", message, 409);

/** The trust policy itself; throws LimitExceeded where it is longer than 2,048 characters without blanks. */
export function fitsTrust(document: string): string {
  if (sizeOf(document) > most.trust) throw tooMuch(`Cannot exceed quota for ACLSizePerRole: ${most.trust}`);
  return document;
}

/** The managed policy itself; throws LimitExceeded where it is longer than 6,144 characters without blanks. */
export function fitsManaged(document: string): string {
  if (sizeOf(document) > most.managed) throw tooMuch(`Cannot exceed quota for PolicySize: ${most.managed}`);
  return document;
}

/** Throws where a role's own documents are too long together. */
export function mustFitInline(role: string, documents: Iterable<string>): void {
  const sum = [...documents].reduce((so, document) => so + sizeOf(document), 0);
  if (sum > most.inline)
    throw tooMuch(`Maximum policy size of ${most.inline} bytes exceeded for role ${role}`);
}

/** Throws where a role would have too many policies attached. */
export function mustFitAttached(policies: ReadonlySet<string>): void {
  if (policies.size > most.attached)
    throw tooMuch(`Cannot exceed quota for PoliciesPerRole: ${most.attached}`);
}
