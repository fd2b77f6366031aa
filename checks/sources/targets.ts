import type { Clients } from "../core/clients.ts";

/** Targets of a target group by the state the load balancer gives them. */
export interface TargetHealth {
  healthy: number;
  unhealthy: number;
  /** Registered and not yet judged. */
  initial: number;
  draining: number;
  /** Reasons of the targets that are not healthy, such as "Target.Timeout". */
  reasons: string[];
}

/** A target source knows the health of a target group. */
export interface TargetSource {
  health(targetGroupArn: string, signal: AbortSignal): Promise<TargetHealth>;
}

/** The target source on AWS: Elastic Load Balancing. */
export function targetSource(clients: Clients): TargetSource {
  return {
    async health(targetGroupArn, signal) {
      const { DescribeTargetHealthCommand } = await import("@aws-sdk/client-elastic-load-balancing-v2");
      const elb = await clients.elb();
      const answer = await elb.send(new DescribeTargetHealthCommand({ TargetGroupArn: targetGroupArn }), {
        abortSignal: signal,
      });
      const found: TargetHealth = { healthy: 0, unhealthy: 0, initial: 0, draining: 0, reasons: [] };
      for (const { TargetHealth: health } of answer.TargetHealthDescriptions ?? []) {
        if (health?.State === "healthy") found.healthy += 1;
        else if (health?.State === "initial") found.initial += 1;
        else if (health?.State === "draining") found.draining += 1;
        else found.unhealthy += 1;
        if (health?.State !== "healthy" && health?.Reason) found.reasons.push(health.Reason);
      }
      return found;
    },
  };
}
