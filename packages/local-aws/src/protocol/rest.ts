import type { NormalizedSchema } from "@smithy/core/schema";
import { XMLParser } from "fast-xml-parser";
import { AwsError } from "../error.ts";
import type { Service } from "../service.ts";
import { fromJson, toJson } from "./json.ts";
import type { WireAnswer, WireRequest } from "./message.ts";
import { type Operation, fromText, membersOf, operationOf, traitOf } from "./shape.ts";
import { element, members } from "./xml.ts";

/** The operation whose method and path pattern fit best: the most literal parts, then the most query parts, win. */
export function routeOf(
  shapes: object,
  names: readonly string[],
  request: WireRequest,
): { name: string; labels: Record<string, string> } {
  const url = new URL(request.url, "http://local");
  const path = url.pathname.split("/").filter((part) => part !== "");
  let best: { name: string; labels: Record<string, string>; score: number } | null = null;
  for (const name of names) {
    const http = operationOf(shapes, name).http;
    if (http === null || http[0] !== request.method) continue;
    const found = match(http[1], path, url.searchParams);
    if (found && (best === null || found.score > best.score)) best = { name, ...found };
  }
  if (best === null)
    throw new AwsError(
      "UnknownOperationException",
      `${request.method} ${url.pathname} is not part of the local AWS.`,
      404,
    );
  return best;
}

function match(
  pattern: string,
  path: readonly string[],
  query: URLSearchParams,
): { labels: Record<string, string>; score: number } | null {
  const [wantedPath = "", wantedQuery = ""] = pattern.split("?");
  const wanted = wantedPath.split("/").filter((part) => part !== "");
  const labels: Record<string, string> = {};
  let score = 0;
  const greedy = wanted.at(-1)?.endsWith("+}") === true;
  if (greedy ? path.length < wanted.length : path.length !== wanted.length) return null;
  for (const [index, part] of wanted.entries()) {
    const label = /^\{(\w+)(\+?)\}$/.exec(part);
    if (label?.[1] !== undefined)
      labels[label[1]] = decodeURIComponent(
        label[2] === "+" ? path.slice(index).join("/") : (path[index] as string),
      );
    else if (part === path[index]) score += 10;
    else return null;
  }
  for (const [key, value] of new URLSearchParams(wantedQuery)) {
    if (!query.has(key) || (value !== "" && query.get(key) !== value)) return null;
    score++;
  }
  return { labels, score };
}

/** Labels, query, headers and body of a REST call, as one input. */
export function fromRest(
  operation: Operation,
  protocol: "rest-json" | "rest-xml",
  request: WireRequest,
  labels: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const query = new URL(request.url, "http://local").searchParams;
  const body = bodyOf(protocol, request.body);
  const out: Record<string, unknown> = {};
  for (const [name, member] of membersOf(operation.input)) {
    const header = traitOf(member, "httpHeader");
    const parameter = traitOf(member, "httpQuery");
    const traits = member.getMergedTraits();
    const value =
      labels[name] !== undefined
        ? labels[name]
        : header !== undefined
          ? simple(member, request.headers[header.toLowerCase()]?.toString())
          : parameter !== undefined
            ? fromQueryParameter(member, query, parameter)
            : traits.httpPayload === 1
              ? payload(member, request.body, body)
              : bodyMember(
                  protocol,
                  member,
                  body?.[traitOf(member, protocol === "rest-json" ? "jsonName" : "xmlName") ?? name],
                );
    if (value !== undefined) out[name] = value;
  }
  return out;
}

const simple = (member: NormalizedSchema, text: string | undefined) =>
  text === undefined ? undefined : fromText(member, text);

function fromQueryParameter(member: NormalizedSchema, query: URLSearchParams, name: string): unknown {
  if (!query.has(name)) return undefined;
  return member.isListSchema()
    ? query.getAll(name).map((text) => fromText(member.getValueSchema(), text))
    : fromText(member, query.get(name) as string);
}

/** A payload member is the whole body: bytes as they are, or a structure under its own root element. */
function payload(member: NormalizedSchema, bytes: Buffer, body: Record<string, unknown> | null): unknown {
  if (member.isStructSchema()) return body === null ? undefined : fromXml(member, body);
  return member.isBlobSchema() ? bytes : bytes.toString("utf8");
}

function bodyMember(protocol: "rest-json" | "rest-xml", member: NormalizedSchema, value: unknown): unknown {
  if (value === undefined) return undefined;
  return protocol === "rest-json" ? fromJson(member, value) : fromXml(member, value);
}

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, trimValues: true });

function bodyOf(protocol: "rest-json" | "rest-xml", bytes: Buffer): Record<string, unknown> | null {
  const text = bytes.toString("utf8").trim();
  if (text === "") return null;
  if (protocol === "rest-json")
    return text.startsWith("{") ? (JSON.parse(text) as Record<string, unknown>) : null;
  if (!text.startsWith("<")) return null;
  const document = parser.parse(text) as Record<string, unknown>;
  const root = Object.entries(document).find(([name]) => !name.startsWith("?"))?.[1];
  return typeof root === "object" && root !== null ? (root as Record<string, unknown>) : {};
}

/** A parsed XML value as the SDK's type. A single element of a list comes without its list. */
function fromXml(shape: NormalizedSchema, value: unknown): unknown {
  if (shape.isStructSchema()) {
    const from = (typeof value === "object" ? value : {}) as Record<string, unknown>;
    return Object.fromEntries(
      membersOf(shape)
        .map(([name, member]) => [name, from[traitOf(member, "xmlName") ?? name], member] as const)
        .filter(([, found]) => found !== undefined)
        .map(([name, found, member]) => [name, fromXml(member, found)]),
    );
  }
  if (shape.isListSchema()) {
    const each = shape.getValueSchema();
    const flat = shape.getMergedTraits().xmlFlattened === 1;
    const inner = flat ? value : (value as Record<string, unknown>)?.[traitOf(each, "xmlName") ?? "member"];
    const items = inner === undefined ? [] : Array.isArray(inner) ? inner : [inner];
    return items.map((item) => fromXml(each, item));
  }
  return fromText(shape, typeof value === "string" ? value : "");
}

/** Status, headers and body of a REST answer. */
export function toRest(
  operation: Operation,
  service: Service,
  value: Record<string, unknown>,
  requestId: string,
): WireAnswer {
  const headers: Record<string, string> = { "x-amzn-requestid": requestId };
  const shown = membersOf(operation.output);
  for (const [name, member] of shown) {
    const header = traitOf(member, "httpHeader");
    if (header !== undefined && value[name] !== undefined) headers[header.toLowerCase()] = text(value[name]);
  }
  const status = operation.http?.[2] ?? 200;
  const whole = shown.find(([, member]) => member.getMergedTraits().httpPayload === 1);
  if (status === 204) return { status, headers, body: "" };
  if (whole) {
    const [name, member] = whole;
    const payloadValue = value[name];
    if (!member.isStructSchema())
      return {
        status,
        headers,
        body: payloadValue instanceof Uint8Array ? Buffer.from(payloadValue) : text(payloadValue ?? ""),
      };
    headers["content-type"] = service.protocol === "rest-json" ? "application/json" : "application/xml";
    const root = traitOf(member, "xmlName") ?? member.getName()?.split("#").at(-1) ?? name;
    return {
      status,
      headers,
      body:
        service.protocol === "rest-json"
          ? JSON.stringify(toJson(member, payloadValue) ?? {})
          : element(member, payloadValue ?? {}, root),
    };
  }
  if (service.protocol === "rest-json") {
    headers["content-type"] = "application/json";
    return { status, headers, body: JSON.stringify(toJson(operation.output, value) ?? {}) };
  }
  headers["content-type"] = "application/xml";
  const root =
    traitOf(operation.output, "xmlName") ?? operation.output.getName()?.split("#").at(-1) ?? operation.name;
  return {
    status,
    headers,
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${service.xmlNamespace ?? ""}">${members(operation.output, value)}</${root}>`,
  };
}

/** A simple value as a header or a whole body has it. */
function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
