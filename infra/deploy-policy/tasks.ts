import type { Deployed } from "../deploy-limits.ts";
import { type Statement, allow } from "../policy-document.ts";
import { tags, arns } from "./names.ts";

/** Calls of services and their definitions; no way into a running container. */
export function tasks(of: Deployed): Statement[] {
  const services = ["blue", "green"].map((colour) => `service/hub-*/${colour}-*`);
  return [
    allow(["ecs:Describe*", "ecs:List*", "ecs:RegisterTaskDefinition", "ecs:DeregisterTaskDefinition"], "*"),
    allow(
      [
        "ecs:CreateCluster",
        "ecs:DeleteCluster",
        "ecs:UpdateCluster",
        "ecs:CreateService",
        "ecs:UpdateService",
        "ecs:DeleteService",
        ...tags("ecs"),
      ],
      arns(of, "ecs", "cluster/hub-*", ...services, `task-definition/${of.project}-${of.stack}-*`),
    ),
    allow(
      [
        "application-autoscaling:Describe*",
        "application-autoscaling:RegisterScalableTarget",
        "application-autoscaling:DeregisterScalableTarget",
        "application-autoscaling:PutScalingPolicy",
        "application-autoscaling:DeleteScalingPolicy",
        "application-autoscaling:ListTagsForResource",
        ...tags("application-autoscaling"),
      ],
      "*",
    ),
  ];
}
