import { Cluster } from "@pulumi/aws/ecs/cluster.js";
import * as pulumi from "@pulumi/pulumi";
import { perColour } from "../domain/colour.ts";
import { planLine } from "../plan/text.ts";
import { MetricNamespace } from "../rollout/resource.ts";
import { makeAlarms } from "./alarms.ts";
import { makeBalancer } from "./balancer.ts";
import type { HubConfig } from "./config.ts";
import { makeDashboard } from "./dashboard.ts";
import { makeAlias, makeCertificate } from "./domain.ts";
import { makeGuardian } from "./guardian.ts";
import type { Hidden } from "./hidden.ts";
import { HubComponent } from "./hub-component.ts";
import { makeLeaving } from "./leaving.ts";
import { makeLogGroups } from "./log-groups.ts";
import { makeLogsBucket } from "./logs-bucket.ts";
import { lookFirst } from "./look-first.ts";
import { makeNetwork } from "./network.ts";
import { outputsOf } from "./outputs.ts";
import type { Place } from "./read.ts";
import { makeRecordTable } from "./record-table.ts";
import { makeSlot } from "./slots.ts";
import { namesOf } from "./stack-names.ts";
import { makeStackRoles } from "./stack-roles.ts";
import { makeSwitch } from "./switch.ts";
import { makeTopics, subscribe } from "./topics.ts";

/** The whole stack, in the order in which it is made. */
export async function makeStack(config: HubConfig, place: Place, hidden: Hidden) {
  const names = namesOf(place);
  const looked = await lookFirst(config, place);
  const { account, zoneId, firstLive, preview, plan } = looked;

  const whole = new HubComponent(names.prefix, { transformations: hidden.transformations });
  const opts = { parent: whole };
  const network = await makeNetwork(config, opts);
  const certificate = makeCertificate(config, zoneId, opts);
  const logs = makeLogsBucket(config, account, place.region, opts);
  const balancer = makeBalancer(config, { network, certificate, logs }, opts);
  const alias = makeAlias(config, zoneId, balancer.loadBalancer, opts);
  const topics = makeTopics(opts);
  const record = makeRecordTable(config, names, opts);
  const cluster = new Cluster("hub", {}, opts);
  const logGroups = makeLogGroups(config, place, opts);
  const { namespace } = new MetricNamespace("metrics", names.namespaceStart, opts);
  const made = { ...looked, place, names, namespace, record, logGroups, cluster, balancer, topics };
  const roles = makeStackRoles(config, made, opts);
  const leaving = makeLeaving(config, { ...made, role: roles.switching }, opts);
  const needs = { ...made, network, roles, leaving };
  const slots = perColour((colour) => makeSlot(config, colour, needs, colour === firstLive, opts));
  const guarded = { stack: place.stack, namespace };
  const guarding = { bundle: looked.bundle, place: network.guardian };
  const { guardian, schedule } = await makeGuardian(names, guarded, roles.guardian, guarding, opts);
  const watched = {
    loadBalancer: balancer.loadBalancer.arnSuffix,
    certificateArn: certificate?.arn,
    guardian: schedule,
  };
  const naming = { prefix: names.prefix, namespace };
  const alarms = makeAlarms(naming, config.thresholds, topics, watched, opts);
  const dashboard = makeDashboard(place, naming, config.thresholds, alarms.arns, opts);
  const moved = { ...made, alias, slots, role: roles.switching, guardian, alarms: alarms.names };
  const traffic = makeSwitch(config, moved, opts);
  // Later on whoever is added hears at once: a rollout may take long, or fail.
  subscribe(config, topics, preview.first ? [traffic, ...alarms.all] : [], opts);
  if (plan && pulumi.runtime.isDryRun()) void pulumi.log.info(planLine(plan), traffic);
  whole.done();
  const { workflows } = roles;
  return hidden.mark(outputsOf(config, { ...looked, place, balancer, traffic, dashboard, workflows }));
}
