import * as ecs from "@pulumi/aws/ecs/index.js";
import * as pulumi from "@pulumi/pulumi";
import { type Colour, perColour } from "../domain/colour.ts";
import { planLine } from "../plan/text.ts";
import { MetricNamespace } from "../rollout/resource.ts";
import { makeAlarms } from "./alarms.ts";
import { makeBalancer } from "./balancer.ts";
import type { HubConfig } from "./config.ts";
import { describeCost, monthlyCostOf } from "./cost.ts";
import { makeDashboard } from "./dashboard.ts";
import { makeAlias, makeCertificate } from "./domain.ts";
import { bundleGuardian, makeGuardian } from "./guardian.ts";
import type { Hidden } from "./hidden.ts";
import { HubComponent } from "./hub-component.ts";
import { makeLogGroups } from "./log-groups.ts";
import { makeLogsBucket } from "./logs-bucket.ts";
import { findMadeBefore } from "./made-before.ts";
import { makeNetwork } from "./network.ts";
import type { Place } from "./read.ts";
import { makeRecordTable } from "./record-table.ts";
import { releaseNameOf } from "./release.ts";
import { formerOf } from "./secret-names.ts";
import { makeSlot } from "./slots.ts";
import { namesOf } from "./stack-names.ts";
import { makeStackRoles } from "./stack-roles.ts";
import { askSwitch } from "./switch-preview.ts";
import { makeSwitch } from "./switch.ts";
import { makeTopics, subscribe } from "./topics.ts";

/**
 * The whole stack. The switch is asked first, and what a person makes is looked for: a refusal and a problem come before anything
 * is touched.
 */
export async function makeStack(config: HubConfig, place: Place, hidden: Hidden) {
  const names = namesOf(place);
  // Bundled while the switch is asked, which takes as long; where it is refused, nobody needs the bundle.
  const bundle = bundleGuardian();
  bundle.catch(() => undefined);
  const looking = findMadeBefore(config, place);
  looking.catch(() => undefined);
  const { preview, warnings, plan } = await askSwitch(config, place);
  const { kept } = preview;
  const asked = perColour((colour) => releaseNameOf(config, colour));
  const releases = perColour((colour) => kept[colour]?.release ?? asked[colour]);
  const former = formerOf(config, kept);
  const { secrets, zoneId, ...found } = await (former ? findMadeBefore(config, place, former) : looking);
  const firstLive: Colour = preview.live ?? (config.greenWeight === 100 ? "green" : "blue");

  const whole = new HubComponent(names.prefix, { transformations: hidden.transformations });
  const opts = { parent: whole };
  const network = await makeNetwork(config, opts);
  const certificate = makeCertificate(config, zoneId, opts);
  const account = pulumi.output(found.account);
  const logs = makeLogsBucket(config, account, place.region, opts);
  const balancer = makeBalancer(config, { network, certificate, logs }, opts);
  const alias = makeAlias(config, zoneId, balancer.loadBalancer, opts);
  const topics = makeTopics(opts);
  const record = makeRecordTable(config, names, opts);
  const cluster = new ecs.Cluster("hub", {}, opts);
  const logGroups = makeLogGroups(config, place, opts);
  const { namespace } = new MetricNamespace("metrics", names.namespaceStart, opts);
  const about = { place, names, account, namespace, secrets, zoneId };
  const made = { ...about, record, logGroups, cluster, balancer, topics, kept };
  const roles = makeStackRoles(config, made, opts);
  const needs = { ...made, network, roles, asked };
  const slots = perColour((colour) => makeSlot(config, colour, needs, colour === firstLive, opts));
  const guarded = { stack: place.stack, namespace };
  const guarding = { bundle, place: network.guardian };
  const { guardian, schedule } = await makeGuardian(names, guarded, roles.guardian, guarding, opts);
  const watched = {
    loadBalancer: balancer.loadBalancer.arnSuffix,
    certificateArn: certificate?.arn,
    guardian: schedule,
  };
  const naming = { prefix: names.prefix, namespace };
  const alarms = makeAlarms(naming, config.thresholds, topics, watched, opts);
  const dashboard = makeDashboard(place, naming, config.thresholds, alarms.arns, opts);
  const moved = { ...made, alias, releases, slots, role: roles.switching, guardian, alarms: alarms.names };
  const traffic = makeSwitch(config, moved, opts);
  // Later on whoever is added hears at once: a rollout may take long, or fail.
  subscribe(config, topics, preview.first ? [traffic, ...alarms.all] : [], opts);
  if (plan && pulumi.runtime.isDryRun()) void pulumi.log.info(planLine(plan), traffic);
  whole.done();

  const { live, liveSince, weights, lastRollout, previous, ruleArn } = traffic;
  return hidden.mark({
    url: balancer.url,
    balancer: balancer.loadBalancer.dnsName,
    live,
    liveSince,
    weights,
    lastRollout,
    previous,
    ruleArn,
    releases,
    rollout: preview.summary,
    warnings: [...warnings],
    dashboard,
    deployRole: roles.workflows?.deploy,
    previewRole: roles.workflows?.preview,
    cost: describeCost(monthlyCostOf(config, place.region)),
  });
}
