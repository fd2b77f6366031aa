import { readConfig } from "./read.ts";
import { makeStack } from "./stack.ts";

const { config, place, hidden } = readConfig();
const stack = await makeStack(config, place, hidden);

/** Where clients connect. */
export const url = stack.url;
/** The balancer's own name: where to point the hub's, if its zone is not the stack's to write. */
export const balancer = stack.balancer;
/** The colour that serves everybody. */
export const live = stack.live;
/** Each colour's percent of new sessions. */
export const weights = stack.weights;
/** Names of the releases, as `rollout.retry` takes them. */
export const releases = stack.releases;
/** What this `up` did to the traffic. */
export const rollout = stack.rollout;
/** What this `up` warned of, in sentences: guards that refuse nothing, and a weighted rule that was edited by hand. */
export const warnings = stack.warnings;
/** Where the stack's dashboard is looked at: its page in CloudWatch's console. */
export const dashboard = stack.dashboard;
/** ARN of the role that the repository's workflows take to deploy. */
export const deployRole = stack.deployRole;
/** ARN of the role that they take to preview pull requests. */
export const previewRole = stack.previewRole;
/** What the stack, the idle colour and a rollout cost by list prices, in a sentence; docs/cost.md has the table. */
export const cost = stack.cost;
