import { escape } from "../../plan/markdown.ts";
import type { ScenarioResult } from "../scenarios/result.ts";
import type { Reported } from "./page.ts";
import { headline, shownFigures, wordOf } from "./shown.ts";

/** The results as a comment for a pull request: a table of scenarios that is no wider than one, and all of what broke. */
export function renderMarkdown({ seed, results, replay }: Reported): string {
  const lines = [
    `### Rehearsal: ${headline(results)}`,
    "",
    `| ${heads.join(" | ")} |`,
    `|---|---|${"---:|".repeat(heads.length - 2)}`,
    ...results.map(scenarioRow),
    "",
    `<sub>${definitions} Seed ${seed}.</sub>`,
    ...results
      .filter(({ asPromised }) => !asPromised)
      .flatMap((result) => broken(result, replay(result.name))),
  ];
  return `${lines.join("\n")}\n`;
}

const heads = [
  "Scenario",
  "Promise",
  "Requests hurt",
  "Sessions hurt",
  "Detect",
  "Home",
  "Lost",
  "Broken",
  "False alarms",
];

const definitions =
  "Hurt: answered badly, or waited for in vain. Detect: from the first hurt request to the decision; home: from there to the last request that the colour got. Lost: no answer, or sent away. Broken: sessions that began anew though nothing drained.";

function scenarioRow(result: ScenarioResult): string {
  const word = wordOf(result, result.asPromised);
  const figure = Object.fromEntries(shownFigures(result).map(({ name, value }) => [name, value]));
  const cells = [
    text(result.name),
    result.asPromised ? word : `**${word}**`,
    `${figure["requests hurt"]} of ${figure["requests"]}`,
    `${figure["sessions hurt"]} of ${figure["sessions"]}`,
    ...["time to detect", "traffic home", "lost", "broken", "false alarms"].map((name) => figure[name]),
  ];
  return `| ${cells.join(" | ")} |`;
}

function broken(result: ScenarioResult, replay: string): string[] {
  const promises = result.held.filter(({ ok }) => !ok);
  const why = result.inconclusive === undefined ? [] : [`- ${text(result.inconclusive)}`];
  return [
    "",
    `#### ${text(result.name)}: ${text(result.promise)}`,
    "",
    ...promises.map(({ what, saw }) => `- **${wordOf(result, false)}** ${text(what)}: ${text(saw)}`),
    ...why,
    "",
    ...fenced(replay),
  ];
}

/** A line as code: its fence is longer than any run of backticks in it. */
function fenced(line: string): string[] {
  const longest = Math.max(2, ...[...line.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return [fence, line, fence];
}

/** What a hub may have said, as text on one line: nothing in it is markup, a link or somebody's name. */
const text = (said: string): string =>
  escape(said.replaceAll(/\s+/g, " ")).replaceAll("@", "@\u200b").replaceAll("://", ":\u200b//");
