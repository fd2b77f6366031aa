import { styleText } from "node:util";
import type {
  Counted,
  Diagnostic,
  EngineEvent,
  Op,
  OutputValue,
  RunResult,
  StepInfo,
  Verb,
} from "./events.ts";
import { UNKNOWN } from "./provider.ts";
import { STACK_TYPE, parseUrn } from "./urn.ts";

/** Where a run's lines go and how they look. */
export interface DisplayOptions {
  write: (text: string) => void;
  /** Steps at work stay at the bottom and are drawn again as they move; otherwise every line is printed once. */
  live: boolean;
  colour: boolean;
  /** Widest line, in characters; 100 by default. */
  columns?: number;
}

type Step = Extract<EngineEvent, { kind: "step" }>;
type Style = Parameters<typeof styleText>[0];

const COLUMNS = 100;
const TYPE_WIDTH = 36;
const NAME_WIDTH = 22;

/** Per operation: sign, colour, and how it reads planned, at work, done and failed. */
const OPS: Record<Op, { sign: string; style: Style; words: [string, string, string, string] }> = {
  create: { sign: "+ ", style: "green", words: ["create", "creating", "created", "creating failed"] },
  update: { sign: "~ ", style: "yellow", words: ["update", "updating", "updated", "updating failed"] },
  "create-replacement": {
    sign: "++",
    style: "magenta",
    words: ["replace", "creating replacement", "created replacement", "creating replacement failed"],
  },
  "delete-replaced": {
    sign: "--",
    style: "magenta",
    words: ["delete original", "deleting original", "deleted original", "deleting original failed"],
  },
  delete: { sign: "- ", style: "red", words: ["delete", "deleting", "deleted", "deleting failed"] },
  read: { sign: "> ", style: "cyan", words: ["read", "reading", "read", "reading failed"] },
  forget: { sign: "- ", style: "gray", words: ["forget", "forgetting", "forgotten", "forgetting failed"] },
  same: { sign: "  ", style: "gray", words: ["", "", "", ""] },
};

const HEADLINES: Record<Verb, string> = {
  preview: "Previewing update",
  up: "Updating",
  refresh: "Refreshing",
  destroy: "Destroying",
};

/** Tells a run as Pulumi's command line does: one line per resource and action, then what came of it. */
export class Display {
  readonly #options: DisplayOptions;
  readonly #atWork = new Map<string, { step: Step; status: string }>();
  #drawn = 0;

  constructor(options: DisplayOptions) {
    this.#options = options;
  }

  handle(event: EngineEvent): void {
    switch (event.kind) {
      case "begin":
        return this.#print([`${this.#styled(HEADLINES[event.verb], "bold")} (${event.stack})`, ""]);
      case "step":
        return this.#step(event);
      case "log":
        return this.#log(event);
      case "end":
        this.#atWork.clear();
        return this.#print(
          ending(event.verb, event.result, this.#columns, (text, style) => this.#styled(text, style)),
        );
      default:
        return event satisfies never;
    }
  }

  get #columns(): number {
    return this.#options.columns ?? COLUMNS;
  }

  #step(step: Step): void {
    if (step.op === "same") return;
    if (step.phase === "started") {
      this.#atWork.set(step.urn, { step, status: "" });
      return this.#redraw();
    }
    const status = this.#atWork.get(step.urn)?.status ?? "";
    this.#atWork.delete(step.urn);
    this.#print([this.#line(step, outcome(step, status))]);
  }

  #log({ severity, message, urn, ephemeral }: Extract<EngineEvent, { kind: "log" }>): void {
    // Warnings and errors stand under Diagnostics at the end, each once.
    if (severity !== "info" || message.trim() === "") return;
    const work = urn === undefined ? undefined : this.#atWork.get(urn);
    if (!work) return ephemeral ? undefined : this.#print(wrap(message, this.#columns, "    "));
    if (work.status === message) return;
    work.status = message;
    if (this.#options.live) this.#redraw();
    else this.#print([this.#line(work.step, `${OPS[work.step.op].words[1]}: ${message}`)]);
  }

  #line(step: StepInfo, words: string): string {
    const { sign, style } = OPS[step.op];
    return this.#styled(stepLine(sign, step, words, this.#columns), style);
  }

  #print(lines: string[]): void {
    this.#erase();
    this.#options.write(lines.map((line) => `${line}\n`).join(""));
    this.#draw();
  }

  #redraw(): void {
    if (!this.#options.live) return;
    this.#erase();
    this.#draw();
  }

  #draw(): void {
    if (!this.#options.live) return;
    const lines = [...this.#atWork.values()].map(({ step, status }) => {
      const working = OPS[step.op].words[1];
      return this.#line(step, status ? `${working}: ${status}` : `${working}…`);
    });
    this.#options.write(lines.map((line) => `${line}\n`).join(""));
    this.#drawn = lines.length;
  }

  #erase(): void {
    if (this.#drawn > 0) this.#options.write(`\u001B[${this.#drawn}A\u001B[0J`);
    this.#drawn = 0;
  }

  #styled(text: string, style: Style): string {
    return this.#options.colour ? styleText(style, text, { validateStream: false }) : text;
  }
}

/** What a finished step's line says. */
function outcome(step: Step, status: string): string {
  const words = OPS[step.op].words;
  if (step.phase === "planned") return words[0] + changed(step);
  const took = step.durationMs > 0 ? ` (${seconds(step.durationMs)})` : "";
  const last = status ? `: ${status}` : "";
  return step.phase === "failed" ? `${words[3]}${took}${last}` : `${words[2]}${took}${changed(step)}${last}`;
}

/** `[diff: ~a,b]`, with `+-` before what needs a new resource. */
function changed({ diffs = [], replaces = [] }: StepInfo): string {
  const names = diffs.filter((name) => !replaces.includes(name)).map((name) => `~${name}`);
  const all = [...replaces.map((name) => `+-${name}`), ...names];
  return all.length > 0 ? ` [diff: ${all.join(",")}]` : "";
}

/** One line: sign, type, name, words; cut where it is wider than `columns`. */
function stepLine(sign: string, step: StepInfo, words: string, columns: number): string {
  const head = ` ${sign} ${shortType(step.type).padEnd(TYPE_WIDTH)} ${step.name.padEnd(NAME_WIDTH)} `;
  return clip(`${head}${words}`.replaceAll(/\s*\n\s*/g, " "), columns);
}

/** `aws:lb/listener:Listener` reads `aws:lb:Listener`. */
function shortType(type: string): string {
  return type === STACK_TYPE ? type : type.replace(/^([^:]+:[^:/]+)\/[^:]+:/, "$1:");
}

function clip(text: string, columns: number): string {
  return text.length <= columns ? text.trimEnd() : `${text.slice(0, columns - 1)}…`;
}

const COUNTS: Record<Counted, { sign: string; style: Style; planned: string; done: string }> = {
  create: { sign: "+ ", style: "green", planned: "to create", done: "created" },
  update: { sign: "~ ", style: "yellow", planned: "to update", done: "updated" },
  replace: { sign: "+-", style: "magenta", planned: "to replace", done: "replaced" },
  delete: { sign: "- ", style: "red", planned: "to delete", done: "deleted" },
  read: { sign: "> ", style: "cyan", planned: "to read", done: "read" },
  same: { sign: "", style: "gray", planned: "unchanged", done: "unchanged" },
};

type Styler = (text: string, style: Style) => string;

function ending(verb: Verb, result: RunResult, columns: number, styled: Styler): string[] {
  return [
    ...diagnostics(result.diagnostics, columns, styled),
    ...outputs(result.outputs, styled),
    styled("Resources:", "bold"),
    ...counts(verb, result.changes, styled),
    "",
    `${styled("Duration:", "bold")} ${seconds(result.durationMs)}`,
    ...(result.cancelled ? ["", `${verb} was cancelled.`] : []),
  ];
}

function counts(verb: Verb, changes: Record<Counted, number>, styled: Styler): string[] {
  const kinds = (Object.keys(COUNTS) as Counted[]).filter((kind) => changes[kind] > 0);
  const lines = kinds.map((kind) => {
    const { sign, style, planned, done } = COUNTS[kind];
    const words = `${changes[kind]} ${verb === "preview" ? planned : done}`;
    return styled(`    ${sign ? `${sign} ` : ""}${words}`, style);
  });
  return lines.length > 0 ? lines : ["    none"];
}

function diagnostics(all: Diagnostic[], columns: number, styled: Styler): string[] {
  if (all.length === 0) return [];
  const lines = all.flatMap(({ severity, message, urn }) => {
    const about = urn === undefined ? "" : `  ${shortType(parseUrn(urn).type)} (${parseUrn(urn).name}):`;
    const text = wrap(`${severity}: ${message.trimEnd()}`, columns, "    ");
    return [
      ...(about ? [about] : []),
      ...text.map((line) => styled(line, severity === "error" ? "red" : "yellow")),
    ];
  });
  return ["", styled("Diagnostics:", "bold"), ...lines, ""];
}

function outputs(all: Record<string, OutputValue>, styled: Styler): string[] {
  const names = Object.keys(all).sort();
  if (names.length === 0) return [""];
  const width = Math.max(...names.map((name) => name.length));
  const lines = names.map((name) => `    ${name.padEnd(width)} : ${shownOutput(all[name] as OutputValue)}`);
  return ["", styled("Outputs:", "bold"), ...lines, ""];
}

function shownOutput({ value, secret }: OutputValue): string {
  if (secret) return "[secret]";
  return JSON.stringify(value, null, 2).replaceAll(`"${UNKNOWN}"`, "[unknown]").replaceAll("\n", "\n    ");
}

/** Breaks a message at spaces; its own line breaks stay. */
function wrap(message: string, columns: number, indent: string): string[] {
  return message.split("\n").flatMap((line) => {
    const lines: string[] = [];
    let rest = line;
    const room = columns - indent.length;
    while (rest.length > room) {
      const space = rest.lastIndexOf(" ", room);
      const cut = space > 0 ? space : room;
      lines.push(indent + rest.slice(0, cut));
      rest = rest.slice(space > 0 ? cut + 1 : cut);
    }
    return [...lines, indent + rest];
  });
}

function seconds(ms: number): string {
  return ms < 10_000 ? `${(ms / 1_000).toFixed(1)}s` : `${Math.round(ms / 1_000)}s`;
}
