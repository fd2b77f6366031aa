import { certificateValidation } from "./acm/certificate-validation.ts";
import { certificate } from "./acm/certificate.ts";
import { scalingPolicy } from "./appautoscaling/policy.ts";
import { scalingTarget } from "./appautoscaling/target.ts";
import { compositeAlarm } from "./cloudwatch/composite-alarm.ts";
import { dashboard } from "./cloudwatch/dashboard.ts";
import { eventRule } from "./cloudwatch/event-rule.ts";
import { eventTarget } from "./cloudwatch/event-target.ts";
import { logGroup } from "./cloudwatch/log-group.ts";
import { logMetricFilter } from "./cloudwatch/log-metric-filter.ts";
import { metricAlarm } from "./cloudwatch/metric-alarm.ts";
import { table } from "./dynamodb/table.ts";
import { eip } from "./ec2/eip.ts";
import { internetGateway } from "./ec2/internet-gateway.ts";
import { natGateway } from "./ec2/nat-gateway.ts";
import { routeTableAssociation } from "./ec2/route-table-association.ts";
import { routeTable } from "./ec2/route-table.ts";
import { route } from "./ec2/route.ts";
import { securityGroupEgressRule, securityGroupIngressRule } from "./ec2/security-group-rule.ts";
import { securityGroup } from "./ec2/security-group.ts";
import { subnet } from "./ec2/subnet.ts";
import { vpc } from "./ec2/vpc.ts";
import { cluster } from "./ecs/cluster.ts";
import { service } from "./ecs/service.ts";
import { taskDefinition } from "./ecs/task-definition.ts";
import { openIdConnectProvider } from "./iam/open-id-connect-provider.ts";
import { policy } from "./iam/policy.ts";
import { rolePolicy, rolePolicyAttachment } from "./iam/role-policy.ts";
import { role } from "./iam/role.ts";
import type { Kind } from "./kind.ts";
import { lambdaFunction } from "./lambda/function.ts";
import { lambdaPermission } from "./lambda/permission.ts";
import { listenerRule } from "./lb/listener-rule.ts";
import { listener } from "./lb/listener.ts";
import { loadBalancer } from "./lb/load-balancer.ts";
import { targetGroup } from "./lb/target-group.ts";
import { record } from "./route53/record.ts";
import { bucketEncryption } from "./s3/bucket-encryption.ts";
import { bucketLifecycle } from "./s3/bucket-lifecycle.ts";
import { bucketOwnershipControls } from "./s3/bucket-ownership.ts";
import { bucketPolicy } from "./s3/bucket-policy.ts";
import { bucketPublicAccessBlock } from "./s3/bucket-public-access.ts";
import { bucketVersioning } from "./s3/bucket-versioning.ts";
import { bucket } from "./s3/bucket.ts";
import { secretVersion } from "./secretsmanager/secret-version.ts";
import { secret } from "./secretsmanager/secret.ts";
import { topicSubscription } from "./sns/subscription.ts";
import { topicPolicy } from "./sns/topic-policy.ts";
import { topic } from "./sns/topic.ts";

/** Every resource type of the rehearsal's AWS provider. */
const kinds: readonly Kind[] = [
  loadBalancer,
  targetGroup,
  listener,
  listenerRule,
  cluster,
  taskDefinition,
  service,
  logGroup,
  table,
  secret,
  secretVersion,
  securityGroup,
  securityGroupIngressRule,
  securityGroupEgressRule,
  role,
  rolePolicy,
  rolePolicyAttachment,
  scalingTarget,
  scalingPolicy,
  topic,
  topicSubscription,
  topicPolicy,
  metricAlarm,
  compositeAlarm,
  dashboard,
  logMetricFilter,
  eventRule,
  eventTarget,
  lambdaFunction,
  lambdaPermission,
  openIdConnectProvider,
  policy,
  bucket,
  bucketPolicy,
  bucketPublicAccessBlock,
  bucketOwnershipControls,
  bucketVersioning,
  bucketEncryption,
  bucketLifecycle,
  certificate,
  certificateValidation,
  record,
  vpc,
  subnet,
  internetGateway,
  eip,
  natGateway,
  routeTable,
  route,
  routeTableAssociation,
];

const byType = new Map(kinds.map((each) => [each.type, each]));

/** The kind of a type token, `aws:lb/listener:Listener`. Throws a sentence for a type that is not known here. */
export function kindOf(type: string): Kind {
  const found = byType.get(type);
  if (found === undefined) throw new Error(`${type} is not part of the rehearsal's AWS provider.`);
  return found;
}
