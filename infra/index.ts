import { readConfig } from "./read.ts";
import { makeStack } from "./stack.ts";

const { config, place } = readConfig();
const stack = await makeStack(config, place);

/** Where clients connect. */
export const url = stack.url;
/** The colour that serves everybody, and since when. */
export const live = stack.live;
export const liveSince = stack.liveSince;
export const weights = stack.weights;
/** The last rollout: how it ended, why, and where its evidence lies. */
export const lastRollout = stack.lastRollout;
/** The colour one weight flip away, until its window closes. */
export const previous = stack.previous;
export const ruleArn = stack.ruleArn;
/** Names of the releases, as `rollout.retry` takes them. */
export const releases = stack.releases;
/** What this `up` did to the traffic. */
export const rollout = stack.rollout;
export const warnings = stack.warnings;
export const dashboard = stack.dashboard;
/** ARNs of the roles that the repository's workflows take: to deploy, and to preview pull requests. */
export const deployRole = stack.deployRole;
export const previewRole = stack.previewRole;
/** What the stack, the idle colour and a rollout cost by list prices, in a sentence; docs/cost.md has the table. */
export const cost = stack.cost;
