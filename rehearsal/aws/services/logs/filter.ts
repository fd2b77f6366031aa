/**
 * Whether a line fits a filter pattern of CloudWatch Logs: terms that must all occur, `-term` that must not, `?a ?b` of which
 * one must, quoted phrases, and `{ $.field = "value" && … }` on JSON lines. An empty pattern fits every line.
 */
export function fits(pattern: string | undefined, line: string): boolean {
  const text = pattern?.trim() ?? "";
  if (text === "") return true;
  if (text.startsWith("{")) return fitsJson(text.slice(1, -1), line);
  const terms = [...text.matchAll(/([-?]?)(?:"((?:[^"\\]|\\.)*)"|(\S+))/g)].map(([, sign, phrase, word]) => ({
    sign,
    found: line.includes((phrase ?? word ?? "").replaceAll('\\"', '"')),
  }));
  const anyOf = terms.filter(({ sign }) => sign === "?");
  if (anyOf.length > 0 && !anyOf.some(({ found }) => found)) return false;
  return terms.every(({ sign, found }) => sign === "?" || (sign === "-" ? !found : found));
}

function fitsJson(expression: string, line: string): boolean {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return false; // the pattern asks for JSON, and the line is none
  }
  return expression.split("||").some((part) => part.split("&&").every((term) => fitsTerm(term, json)));
}

function fitsTerm(term: string, json: unknown): boolean {
  const parts = /^\s*\(?\s*\$\.([\w.]+)\s*(=|!=|>=|<=|>|<)\s*("(?:[^"\\]|\\.)*"|[^\s)]+)\s*\)?\s*$/.exec(
    term,
  );
  if (!parts) return false;
  const [, path = "", operator = "", raw = ""] = parts;
  let value: unknown = json;
  for (const key of path.split(".")) value = (value as Record<string, unknown> | null | undefined)?.[key];
  if (raw.startsWith('"') || !/^-?[\d.]+$/.test(raw)) {
    const wanted = new RegExp(
      `^${raw
        .replaceAll('"', "")
        .split("*")
        .map((part) => part.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&"))
        .join(".*")}$`,
    );
    const same =
      value !== undefined && wanted.test(typeof value === "string" ? value : JSON.stringify(value));
    return operator === "=" ? same : operator === "!=" ? value !== undefined && !same : false;
  }
  const left = Number(value);
  const right = Number(raw);
  if (value === undefined || Number.isNaN(left)) return false;
  return (
    {
      "=": left === right,
      "!=": left !== right,
      ">": left > right,
      "<": left < right,
      ">=": left >= right,
      "<=": left <= right,
    }[operator] ?? false
  );
}
