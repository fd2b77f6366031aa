import { type Deployed, bounded, never } from "./deploy-limits.ts";
import { balancer } from "./deploy-policy/balancer.ts";
import { bucket } from "./deploy-policy/bucket.ts";
import { domain } from "./deploy-policy/domain.ts";
import { guardian } from "./deploy-policy/guardian.ts";
import { network } from "./deploy-policy/network.ts";
import { record } from "./deploy-policy/record.ts";
import { tasks } from "./deploy-policy/tasks.ts";
import { watching } from "./deploy-policy/watching.ts";
import { type PolicyDocument, allow, document } from "./policy-document.ts";

/**
 * What a workflow may do that deploys this stack: make and change the stack's own kinds of things under the stack's own names.
 * Names that Pulumi completes end in `*`. It changes neither itself nor what bounds it, and reads no secret.
 */
export function deployPolicy(of: Deployed): PolicyDocument {
  return document(
    allow(["sts:AssumeRole"], [of.switchRole]),
    ...network(of),
    ...balancer(of),
    ...tasks(of),
    ...watching(of),
    ...guardian(of),
    ...domain(of),
    ...bucket(of),
    ...bounded(of),
    ...record(of),
    ...never(of),
  );
}
