import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIPv6 } from "node:net";
import type { Condition } from "./types.ts";
import { fitsWildcard } from "./wildcard.ts";

/** What a rule can look at of a request. */
export interface RequestFacts {
  method: string;
  /** As sent, not decoded, without the query. */
  path: string;
  /** With its question mark, or empty. */
  query: string;
  headers: IncomingHttpHeaders;
  clientAddress: string;
}

/** A rule's conditions as one test. */
export type Predicate = (request: RequestFacts) => boolean;

/** One test for all conditions of a rule; none at all means every request. */
export function compileConditions(conditions: readonly Condition[]): Predicate {
  const predicates = conditions.map(compileCondition);
  return (request) => predicates.every((holds) => holds(request));
}

function compileCondition(condition: Condition): Predicate {
  switch (condition.field) {
    case "path-pattern": {
      const patterns = texts(condition);
      const expressions = (condition.expressions ?? []).map((text) => new RegExp(text));
      return ({ path }) =>
        patterns.some((pattern) => fitsWildcard(pattern, path)) ||
        expressions.some((expression) => expression.test(path));
    }
    case "host-header": {
      const patterns = lowered(condition);
      return (request) => {
        const host = (request.headers.host ?? "").toLowerCase().replace(/:\d+$/, "");
        return patterns.some((pattern) => fitsWildcard(pattern, host));
      };
    }
    case "http-header": {
      const name = (condition.headerName ?? "").toLowerCase();
      const patterns = lowered(condition);
      return (request) => {
        const value = request.headers[name];
        if (value === undefined) return false;
        const text = (Array.isArray(value) ? value.join(", ") : value).toLowerCase();
        return patterns.some((pattern) => fitsWildcard(pattern, text));
      };
    }
    case "query-string":
      return queryPredicate(condition);
    case "http-request-method": {
      const methods = new Set(texts(condition));
      return (request) => methods.has(request.method);
    }
    case "source-ip": {
      const ranges = blockList(texts(condition));
      return (request) =>
        ranges.check(request.clientAddress, isIPv6(request.clientAddress) ? "ipv6" : "ipv4");
    }
    default:
      throw new Error(`unknown condition field ${String(condition.field satisfies never)}`);
  }
}

function queryPredicate(condition: Condition): Predicate {
  const wanted = condition.values.map((value) =>
    typeof value === "string"
      ? { key: undefined, value: value.toLowerCase() }
      : { key: value.key?.toLowerCase(), value: value.value.toLowerCase() },
  );
  return (request) => {
    if (request.query.length < 2) return false;
    const pairs = request.query.slice(1).toLowerCase().split("&").map(splitPair);
    return wanted.some(({ key, value }) =>
      pairs.some(
        ([name, text]) => (key === undefined || fitsWildcard(key, name)) && fitsWildcard(value, text),
      ),
    );
  };
}

function splitPair(pair: string): [string, string] {
  const equals = pair.indexOf("=");
  return equals < 0 ? [pair, ""] : [pair.slice(0, equals), pair.slice(equals + 1)];
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", bits] = range.split("/");
    const family = isIPv6(network) ? "ipv6" : "ipv4";
    list.addSubnet(network, bits === undefined ? (family === "ipv6" ? 128 : 32) : Number(bits), family);
  }
  return list;
}

function texts(condition: Condition): string[] {
  return condition.values.map((value) => (typeof value === "string" ? value : value.value));
}

function lowered(condition: Condition): string[] {
  return texts(condition).map((text) => text.toLowerCase());
}
