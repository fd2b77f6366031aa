import { mayBeSamePath, otherSlash } from "../domain/hub.ts";
import { healthPath as sidecarHealth, proofPath } from "../domain/telemetry.ts";

/** The config keys that name paths. */
export interface Paths {
  readonly hub: {
    readonly healthPath: string;
    readonly mcpPath: string;
    readonly messagePath: string;
    readonly publicPaths?: readonly string[] | undefined;
  };
  readonly sidecar: { readonly enabled: boolean };
}

/** What a rule of the balancer asks of a request's path: exact ones, or regular expressions where those are too many. */
export type PathCondition = { readonly values: string[] } | { readonly regexValues: string[] };

/** Most values that all conditions of a rule may have together, less the one that the probe's header takes (ALB quotas). */
const mostValues = 4;
/** Most characters of one regular expression (API reference, PathPatternConditionConfig). */
const longest = 128;

/**
 * What may be reached from outside: nothing else is routed, the hub's admin API least of all. With the sidecar the path of MCP may
 * be written with a slash at its end and without, and a message has a pin, for which there are rules of their own.
 */
export function reachablePaths({
  hub: { healthPath, mcpPath, messagePath, publicPaths = [] },
  sidecar: { enabled },
}: Paths): string[] {
  const mcp = enabled ? bothWays(mcpPath) : [mcpPath, messagePath];
  const own = enabled ? [proofPath] : [];
  return [...new Set([...mcp, healthPath, ...own, ...publicPaths])];
}

/** A path as it is, and with a slash more or less at its end. */
export const bothWays = (path: string): string[] => [path, otherSlash(path)].filter((one) => one !== null);

/** All that may be reached, as one condition of a rule. A config in which it does not fit has not passed its schema. */
export function pathConditionOf(config: Paths): PathCondition {
  const condition = pathCondition(reachablePaths(config));
  if (condition === null) throw new Error("a config with more paths than a rule takes passed its schema");
  return condition;
}

/** Paths as one condition; null: they do not fit. */
export function pathCondition(paths: readonly string[]): PathCondition | null {
  if (paths.length <= mostValues) return { values: [...paths] };
  const groups: string[][] = [];
  for (const path of paths) {
    const group = groups.find((members) => expression([...members, path]).length <= longest);
    if (group) group.push(path);
    else groups.push([path]);
  }
  const regexValues = groups.map(expression);
  const fits = regexValues.length <= mostValues && regexValues.every(({ length }) => length <= longest);
  return fits ? { regexValues } : null;
}

/**
 * An expression that fits these paths and no other. AWS says that it is compared with the request's URL, and not whether the
 * query is part of that: it fits with one and without.
 */
const expression = (paths: readonly string[]): string =>
  `^(${paths.flatMap((path) => alternativeIn(paths, path) ?? []).join("|")})($|\\?)`;

/** A path in an expression; null: another with a slash less stands there for both. */
function alternativeIn(paths: readonly string[], path: string): string | null {
  if (isSecond(paths, path)) return null;
  return path.replaceAll(".", String.raw`\.`) + (paths.includes(`${path}/`) ? "/?" : "");
}

/** Of two paths that differ in the slash at their end, it is the one that has it. */
function isSecond(paths: readonly string[], path: string): boolean {
  const first = path.slice(0, -1);
  return path.endsWith("/") && paths.includes(first) && !isSecond(paths, first);
}

/** A problem of one of `hub.publicPaths`, or of all of them together. */
export interface PathProblem {
  /** Index among them; null: it is about all. */
  readonly at: number | null;
  readonly message: string;
}

/** What is wrong with `hub.publicPaths` beside the other paths; each of them is a path by itself. */
export function pathProblems(config: Paths): PathProblem[] {
  const { hub, sidecar } = config;
  const paths = hub.publicPaths ?? [];
  const taken: readonly (readonly [string, string])[] = [
    [hub.mcpPath, "hub.mcpPath: whoever needs no token there needs none for the hub"],
    [hub.messagePath, "hub.messagePath: whoever needs no token there needs none for any message"],
    [
      hub.healthPath,
      "hub.healthPath, which needs no token anyway, and tells who has none only whether the hub is up",
    ],
    ...(sidecar.enabled
      ? [proofPath, sidecarHealth].map((path) => [path, "the sidecar's own"] as const)
      : []),
  ];
  const problems = paths.flatMap((path, at): PathProblem[] => {
    if (paths.indexOf(path) < at) return [{ at, message: "stands there twice" }];
    const [whose, what] = taken.find(([other]) => mayBeSamePath(path, other)) ?? [];
    if (whose === undefined) return [];
    return [{ at, message: `is ${whose === path ? "" : `to a hub what ${whose} is: `}${what}` }];
  });
  if (problems.length > 0 || pathCondition(reachablePaths(config)) !== null) return problems;
  return [{ at: null, message: tooMany(reachablePaths(config)) }];
}

function tooMany(paths: readonly string[]): string {
  const room = longest - expression([""]).length;
  const long = paths.filter((path) => expression([path]).length > longest);
  if (long.length > 0)
    return `does not fit into the balancer's rule, whose expressions take ${room} characters of path each: ${long.join(", ")}`;
  const characters = paths.reduce((sum, path) => sum + path.length, 0);
  return (
    `does not fit into the balancer's rule: with the hub's other paths there are ${paths.length} of ${characters} characters, and ` +
    `the rule takes ${mostValues} expressions of ${room}: leave some out, or give the hub shorter ones`
  );
}
