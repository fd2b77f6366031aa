import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { durationPattern, formatDuration } from "../../domain/duration.ts";
import { hubConfig } from "../../infra/config.ts";

/** What is used here of a JSON Schema. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly items?: Schema;
  /** Forms that a value may have, one of them. */
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
}

const place = (name: string) => fileURLToPath(new URL(`../../docs/${name}`, import.meta.url));
const files = { schema: place("config.schema.json"), page: place("config.md") };

/** The stack config, namespace `hub`, as JSON Schema: what a person writes, durations as texts. */
export function configSchema(): Schema {
  return z.toJSONSchema(hubConfig, {
    io: "input",
    override({ zodSchema, jsonSchema }) {
      const { def } = zodSchema._zod;
      // Zod itself leaves out the defaults of what is transformed, such as durations.
      if (def.type === "default") jsonSchema.default = written(def.defaultValue, jsonSchema as Schema);
    },
  }) as Schema;
}

/** A default as a person would write it. */
function written(value: unknown, schema: Schema): unknown {
  // What is read from any of its forms has the last one's shape: the others are shorter ways to write that.
  const form = schema.anyOf?.at(-1);
  if (form !== undefined) return written(value, form);
  if (schema.pattern === durationPattern.source && typeof value === "number") return formatDuration(value);
  const { items, properties } = schema;
  if (Array.isArray(value) && items) return value.map((member: unknown) => written(member, items));
  if (typeof value !== "object" || value === null || !properties) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, written(member, properties[key] ?? {})]),
  );
}

/** Schema of a file Pulumi.STACK.yaml: what editors check while somebody types. Keys of other namespaces are let through. */
function stackFileSchema(): object {
  const { properties = {} } = configSchema();
  const own = Object.entries(properties).map(([key, schema]) => [`hub:${key}`, orAsText(schema)]);
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "Stack config of an MCP hub in two colours",
    type: "object",
    properties: {
      config: {
        type: "object",
        properties: Object.fromEntries(own) as object,
        patternProperties: { "^(?!hub:)": {} },
        additionalProperties: false,
      },
    },
  };
}

/** A whole key's number or boolean, or the text that the CLI writes for it. */
function orAsText(schema: Schema): object {
  const texts: Readonly<Record<string, string>> = {
    integer: "^[0-9]+$",
    number: "^[0-9]+$",
    boolean: "^(true|false)$",
  };
  const pattern = texts[String(schema.type ?? "")];
  if (pattern === undefined) return schema;
  const values = schema.enum ? { enum: [...schema.enum, ...schema.enum.map(String)] } : {};
  return { ...schema, type: [schema.type, "string"], pattern, ...values };
}

/** A key of the stack config, a nested one with its path: `rollout.steps[].weight`. */
export interface Key {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** The keys of a schema, deep ones too, by their paths. */
export function keysOf(schema: Schema, at = ""): Key[] {
  return Object.entries(schema.properties ?? {}).flatMap(([name, member]) => {
    const path = at === "" ? name : `${at}.${name}`;
    const required = (schema.required ?? []).includes(name);
    return [
      { path, schema: member, required },
      ...keysIn(member, path),
      ...keysIn(member.items ?? {}, `${path}[]`),
    ];
  });
}

/** Keys of a value, whichever of its forms it has. */
const keysIn = (value: Schema, path: string): Key[] =>
  [value, ...(value.anyOf ?? [])].flatMap((form) => keysOf(form, path));

/** docs/config.md, whole. */
function page(): string {
  const whole = configSchema();
  const sections = Object.entries(whole.properties ?? {}).map(([name, schema]) => {
    const nested = keysOf(schema);
    if (nested.length === 0) return `## \`${name}\`\n\n${schema.description}\n\n${detail(schema)}`;
    const rows = nested.map(
      ({ path, schema: of, required }) =>
        `| \`${path}\` | ${cell(of.description ?? "")} | ${cell(typeOf(of))} | ${required ? "needed" : shown(of)} |`,
    );
    return [
      `## \`${name}\``,
      "",
      schema.description,
      "",
      "| key | meaning | type | default |",
      "|---|---|---|---|",
      ...rows,
    ].join("\n");
  });
  return `# Stack config

Every key of a stack's config, namespace \`hub\`. Generated from the schema in \`infra/config.ts\`: \`npm run docs\`.
Unknown keys are errors, and every problem is told at once, with its path and the value given. The least that
a public hub needs is \`Pulumi.minimal.yaml\`, a complete example \`Pulumi.production.yaml\`; editors that read its first line check what you type against \`docs/config.schema.json\`.

\`\`\`yaml
config:
  aws:region: us-east-1
  hub:blue:
    image: ghcr.io/example/mcp-hub@sha256:…
  hub:greenWeight: "0"
\`\`\`

\`pulumi config set\` and \`pulumi stack init\` write the stack's file anew: comments and order stay, empty lines go, and a number or
boolean of a whole key becomes text (\`hub:greenWeight: "100"\`), which is read as what it says. The example is laid out that way, so
that a change of one key is a change of one line.

${sections.join("\n\n")}
`;
}

function detail(schema: Schema): string {
  const usual = schema.default === undefined ? "" : ` Default: ${shown(schema)}.`;
  return `Type: ${typeOf(schema)}.${usual}`;
}

function shown({ default: value, properties }: Schema): string {
  if (value === undefined || properties) return "";
  return `\`${cell(typeof value === "string" ? value : JSON.stringify(value))}\``;
}

function typeOf(schema: Schema): string {
  const { type, enum: values, const: only, items, additionalProperties, minimum, maximum, pattern } = schema;
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(", or ");
  if (only !== undefined) return `\`${JSON.stringify(only)}\``;
  if (values) return values.map((value) => `\`${String(value)}\``).join(", ");
  if (pattern === durationPattern.source) return "duration, such as `5m`";
  if (type === "array") return `list of ${items?.properties ? "objects" : typeOf(items ?? {})}`;
  if (type === "object" && typeof additionalProperties === "object" && !schema.properties) return "object";
  if (type !== "integer" && type !== "number") return wordOf(type);
  const bounds = [minimum, maximum].filter((bound) => bound !== undefined && Math.abs(bound) < 2 ** 53 - 1);
  const word = type === "integer" ? "whole number" : "number";
  if (bounds.length === 2) return `${word}, ${bounds.join(" to ")}`;
  return bounds.length === 1 ? `${word}, at least ${bounds[0]}` : word;
}

/** Several names in one are a union of values without rules of their own. */
function wordOf(type: Schema["type"]): string {
  if (typeof type === "object") return type.map(wordOf).join(" or ");
  return type === "string" ? "text" : (type ?? "anything");
}

const cell = (text: string) => text.replaceAll("|", "\\|");

/** What the config's schema and its page hold now, to be compared with `makeFiles`. */
export const readFiles = () => ({
  schema: readFileSync(files.schema, "utf8"),
  page: readFileSync(files.page, "utf8"),
});
/** The texts of the config's schema and of its page, as the files have to be. */
export const makeFiles = () => ({
  schema: `${JSON.stringify(stackFileSchema(), null, 2)}\n`,
  page: page(),
});

/** Writes the page and the schema of the config. */
export function write(): void {
  const { schema, page: text } = makeFiles();
  writeFileSync(files.schema, schema);
  writeFileSync(files.page, text);
}
