import type { ReadyRule } from "./hub.ts";

/** What a health path answered. */
export interface HealthAnswer {
  readonly status: number;
  /** Empty: it named none. */
  readonly contentType: string;
  readonly body: string;
}

/** Whether the hub is ready, and what says so or otherwise, in a clause without a full stop. */
export interface Health {
  readonly ready: boolean;
  readonly why: string;
}

const not = (why: string): Health => ({ ready: false, why });

/**
 * Whether an answer of the health path means that the hub is ready: a 2xx that says nothing to the contrary, in which the rule
 * holds where there is one. Never throws.
 */
export function judgeHealth({ status, contentType, body }: HealthAnswer, ready: ReadyRule | null): Health {
  if (status < 200 || status > 299) return not(`it answered HTTP ${status}`);
  if (isWebPage(contentType, body)) return not("it answered a web page, which says nothing about the hub");
  const said = parsed(body);
  const contrary = said === undefined ? contraryIn("it says", body) : contraryOf(said);
  if (contrary !== null) return not(contrary);
  const broken = ready === null ? null : brokenRule(ready, body, said);
  return broken === null ? { ready: true, why: `it answered HTTP ${status}` } : not(broken);
}

/** Bytes of a body, about, in which a web page shows itself. */
const beginning = 1_000;
const page =
  /^\ufeff?\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*>\s*)?<(?:!doctype\s+html|html|head|body|title|meta|script)\b/i;

/** Web frameworks send the word `ok` as HTML too: it is a page where it has markup. */
function isWebPage(contentType: string, body: string): boolean {
  const start = body.slice(0, beginning);
  return page.test(start) || (/\bx?html\b/i.test(contentType) && start.includes("<"));
}

/** Undefined: it is no JSON. */
function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined; // words, or nothing at all
  }
}

/** Members that say how a service is; any of them may say the contrary of the others, and is then believed. */
const states = ["state", "status", "health"] as const;
/** Members that say it by true or false. */
const flags = ["ready", "healthy", "ok", "up", "success"] as const;

/** What in it says that the hub is not ready; null: nothing does. */
function contraryOf(said: unknown, within = ""): string | null {
  if (typeof said === "string") return contraryIn("it says", said);
  if (said === false) return "it says false";
  const members = objectIn(said);
  if (members === null) return null;
  for (const name of states) {
    const value = ownOf(members, name);
    const contrary = contraryValue(`its ${within}${name} is`, value);
    if (contrary !== null) return contrary;
    // One level is enough: deeper ones are about parts of the hub.
    const deeper = within === "" && objectIn(value) !== null ? contraryOf(value, `${name}.`) : null;
    if (deeper !== null) return deeper;
  }
  const flag = flags.find((name) => ownOf(members, name) === false);
  return flag === undefined ? null : `its ${within}${flag} is false`;
}

function contraryValue(about: string, value: unknown): string | null {
  if (value === false) return `${about} false`;
  // Some repeat the HTTP status that they meant.
  if (typeof value === "number") return value >= 400 && value <= 599 ? `${about} ${value}` : null;
  return typeof value === "string" ? contraryIn(about, value) : null;
}

/** How a service says that it is not up, in the words of health endpoints at large. */
const contraryWords = new RegExp(
  `^(?:${[
    "not (?:yet )?(?:ready|ok|healthy|up|started|serving|available|running|alive|live|initiali[sz]ed)",
    "(?:re)?starting",
    "(?:re)?connecting|disconnect(?:ed|ing)",
    "initiali[sz]ing|booting|loading|pending|warming",
    "degraded|errors?|errored|err|down|unhealthy|unready|notready|unavailable|unreachable",
    "fail(?:ed|ing|ure)?|critical|fatal|crashed|dead|broken|panic",
    "stopp(?:ing|ed)|shutting down|shut ?down|terminat(?:ing|ed)|clos(?:ing|ed)|exit(?:ing|ed)|draining",
    "offline|out of service|maintenance|inactive|disabled|suspended|paused",
  ].join("|")})(?![\\w])`,
);
const contraryAlone: ReadonlySet<string> = new Set(["no", "false", "ko", "nok", "red"]);

function contraryIn(about: string, text: string): string | null {
  const word = text
    .slice(0, 200)
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, " ");
  return contraryAlone.has(word) || contraryWords.test(word) ? `${about} ${quoted(text)}` : null;
}

/** What the rule misses; null: it holds. */
function brokenRule(rule: ReadyRule, body: string, said: unknown): string | null {
  if ("text" in rule)
    return body.includes(rule.text)
      ? null
      : `hub.ready asks for the text ${quoted(rule.text)}, which it does not hold`;
  const value = rule.path.split(".").reduce(memberOf, said);
  if (value === undefined || value === null) return `hub.ready asks for ${rule.path}, which is not in it`;
  if (rule.is === undefined || value === rule.is) return null;
  const wanted = JSON.stringify(rule.is);
  return `hub.ready asks for ${rule.path} ${wanted}, and it is ${quoted(JSON.stringify(value), false)}`;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? ownOf(value as Record<string, unknown>, name)
    : undefined;
}

const ownOf = (members: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(members, name) ? members[name] : undefined;

function objectIn(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : null;
}

/** The beginning of a text, on one line. */
function quoted(text: string, marks = true): string {
  const line = beginningOf(text, 60);
  return marks ? `"${line}"` : line;
}

/** The beginning of a text on one line, without control characters. */
export function beginningOf(text: string, most: number): string {
  const line = text
    .slice(0, most * 2)
    // oxlint-disable-next-line no-control-regex -- they are what is taken out
    .replace(/[\s\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .trim();
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
