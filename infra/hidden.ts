import * as pulumi from "@pulumi/pulumi";

/** What of the stack config somebody set with `--secret`: it is marked as secret wherever it goes. */
export interface Hidden {
  /** The value with every part of it marked that holds such a text. */
  mark<Value>(value: Value): Value;
  /** For the resource that all others are children of: marks what they are made from. */
  readonly transformations: pulumi.ResourceTransformation[];
}

/** @param values of the secret keys. Pulumi says of a whole key that it is secret, so that every text in it is taken for one. */
export function hiddenIn(values: readonly unknown[]): Hidden {
  const secrets = [...new Set(values.flatMap(textsIn))].map(formsOf);
  if (secrets.length === 0) return { mark: (value) => value, transformations: [] };
  const holds = (value: unknown): boolean =>
    typeof value === "string"
      ? secrets.some((forms) => forms.equal === value || forms.within.some((form) => value.includes(form)))
      : membersOf(value).some(holds);
  const mark = (value: unknown): unknown => {
    if (pulumi.Output.isInstance(value))
      return value.apply((known: unknown) => (holds(known) ? pulumi.secret(known) : known));
    if (value instanceof Promise) return mark(pulumi.output(value));
    if (typeof value === "string") return holds(value) ? pulumi.secret(value) : value;
    if (Array.isArray(value)) return value.map(mark);
    return isPlain(value)
      ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, mark(member)]))
      : value;
  };
  return {
    mark: (value) => mark(value) as typeof value,
    transformations: [
      ({ props, opts }) => {
        // A provider may answer with its inputs, and unmarked.
        const named = Object.keys(props).filter((key) => holds(props[key]));
        const more = named.length > 0 ? { additionalSecretOutputs: named } : {};
        return { props: mark(props) as typeof props, opts: { ...opts, ...more } };
      },
    ],
  };
}

/** How a text looks where it has gone. */
interface Forms {
  readonly equal: string;
  readonly within: readonly string[];
}

/** From this length on a text is looked for anywhere; a shorter one only between quotes, where a value of its own is. */
const telling = 6;

function formsOf(text: string): Forms {
  // As a word for a shell, too.
  const words = [...new Set([text, text.replaceAll("'", `'\\''`)])];
  const whole = words.map((word) => (text.length < telling ? JSON.stringify(word) : word));
  return { equal: text, within: [...new Set(whole.flatMap(escaped))] };
}

/** The text, and as it is within JSON, within JSON in that, and once more. */
function escaped(text: string): string[] {
  const within = (one: string) => JSON.stringify(one).slice(1, -1);
  const once = within(text);
  const twice = within(once);
  return [text, once, twice, within(twice)];
}

const textsIn = (value: unknown): string[] =>
  typeof value === "string" ? (value === "" ? [] : [value]) : membersOf(value).flatMap(textsIn);

const membersOf = (value: unknown): unknown[] =>
  Array.isArray(value) ? (value as unknown[]) : isPlain(value) ? Object.values(value) : [];

/** No output, asset or resource. */
function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
