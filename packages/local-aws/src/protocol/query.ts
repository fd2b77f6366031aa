import type { NormalizedSchema } from "@smithy/core/schema";
import { fromText, membersOf, traitOf } from "./shape.ts";

/** Parameters as a tree: `Tags.member.1.Key` is one leaf. */
interface Node {
  text?: string;
  readonly parts: Map<string, Node>;
}

/** The input of a form-encoded call, by the rules of the query protocol or of EC2's variant of it. */
export function fromQuery(shape: NormalizedSchema, body: string, ec2: boolean): Record<string, unknown> {
  const root: Node = { parts: new Map() };
  for (const [key, value] of new URLSearchParams(body)) {
    let at = root;
    for (const part of key.split(".")) {
      let next = at.parts.get(part);
      if (!next) at.parts.set(part, (next = { parts: new Map() }));
      at = next;
    }
    at.text = value;
  }
  return structure(shape, root, ec2);
}

function structure(shape: NormalizedSchema, node: Node, ec2: boolean): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [name, member] of membersOf(shape)) {
    const found = node.parts.get(wireName(member, name, ec2));
    if (found) out[name] = convert(member, found, ec2);
  }
  return out;
}

function wireName(member: NormalizedSchema, name: string, ec2: boolean): string {
  const given = traitOf(member, "xmlName");
  if (!ec2) return given ?? name;
  const own = traitOf(member, "ec2QueryName");
  const text = own ?? given ?? name;
  return own ?? text[0]?.toUpperCase() + text.slice(1);
}

function convert(shape: NormalizedSchema, node: Node, ec2: boolean): unknown {
  if (shape.isStructSchema()) return structure(shape, node, ec2);
  if (shape.isListSchema()) return list(shape, node, ec2);
  if (shape.isMapSchema()) return map(shape, node, ec2);
  return fromText(shape, node.text ?? "");
}

const byNumber = ([a]: [string, Node], [b]: [string, Node]) => Number(a) - Number(b);

function list(shape: NormalizedSchema, node: Node, ec2: boolean): unknown[] {
  const member = shape.getValueSchema();
  const flat = ec2 || shape.getMergedTraits().xmlFlattened === 1;
  const holder = flat ? node : node.parts.get(traitOf(member, "xmlName") ?? "member");
  return [...(holder?.parts ?? [])].sort(byNumber).map(([, each]) => convert(member, each, ec2));
}

function map(shape: NormalizedSchema, node: Node, ec2: boolean): Record<string, unknown> {
  const flat = shape.getMergedTraits().xmlFlattened === 1;
  const holder = flat ? node : node.parts.get("entry");
  const key = traitOf(shape.getKeySchema(), "xmlName") ?? "key";
  const value = traitOf(shape.getValueSchema(), "xmlName") ?? "value";
  const out: Record<string, unknown> = {};
  for (const [, entry] of [...(holder?.parts ?? [])].sort(byNumber)) {
    const of = entry.parts.get(value);
    out[entry.parts.get(key)?.text ?? ""] = of ? convert(shape.getValueSchema(), of, ec2) : "";
  }
  return out;
}
