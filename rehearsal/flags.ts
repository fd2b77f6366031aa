import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { loadImages } from "local-aws";
import { mistyped } from "../checks/cli/error-text.ts";
import { typedPath } from "../checks/cli/typed-path.ts";
import { type Colour, colours } from "../domain/colour.ts";
import { UsageError } from "../domain/usage-error.ts";
import { readConfigFile, checkConfig, rehearsed } from "./config-file.ts";
import { chooseEngine, engineNamed, plays } from "./engine-choice.ts";
import { type Flags, loadOf, namesOf, mustBeWritable, shardOf, seedOf } from "./flag-values.ts";
import { listText } from "./list.ts";
import { candidateOf, evidenceScenario, mustBeNew, withCandidateInGreen } from "./rollback-evidence.ts";
import { scenarios } from "./scenarios/index.ts";
import { sampleImages, withStandIns } from "./stage/config.ts";
import { repository } from "./stage/index.ts";

const help = `npm run rehearse -- [--scenario NAME[,NAME…]|all] [--list] [--images FILE] [--config FILE]
                    [--sessions N] [--rate N] [--seed N] [--engine embedded|pulumi] [--pulumi FILE]
                    [--shard K/N] [--keep] [--json FILE] [--report FILE]
                    [--evidence FILE [--slot COLOUR]] [--help]

Deploys the real program on a local AWS, moves real MCP sessions from blue to green and back, and
says whether each scenario kept its promise. Nothing leaves this machine. Where other programs take
most of its time, the usual scenarios are played with a third of the load, three times as long.

  --scenario NAME   one or more, with commas or repeated, or all; without it those that --list
                    marks *
  --list            the scenarios, each with its promise
  --images FILE     what image references run:
                    {"my/hub:1": {"command": ["node", "hub.js", "{port}"]}}
  --config FILE     stack config (YAML or JSON) laid over the rehearsal's own: paths, images,
                    limits; a whole Pulumi.NAME.yaml without its places and times, with the secrets
                    it names made up
  --sessions N      MCP sessions that stay open; without it 50, or what a scenario wants
  --rate N          requests a second besides theirs; without it 45, or what a scenario wants. A hub
                    that bears less is rehearsed with less
  --seed N          seed of everything that is random here
  --engine NAME     what deploys: embedded, which needs nothing, or pulumi, the real Pulumi CLI
  --pulumi FILE     the CLI; without it the one on PATH, or the one that npm run build:pulumi built
  --shard K/N       the K-th of N parts of the scenario "faults", which is none of "all"
  --keep            keeps each scenario's evidence and logs; of one that broke they are kept anyway
  --json FILE       writes the results as JSON; "-" writes them to standard output, and nothing else
  --report FILE     writes the results for people, by the file's end: .html is one page that opens
                    offline, with everything on one axis of time; .md is short, for a pull request.
                    May be given for each
  --evidence FILE   keeps the evidence of the scenario "rollback", which the check
                    rollback-rehearsed asks for; with a stack's --config it is of the release that
                    this stack's idle colour runs, or the one that --slot names

Example: npm run rehearse -- --scenario cutover --seed 7
         npm run rehearse -- --engine pulumi --list
Exit: 0 every promise kept, 1 one was broken, 2 usage or config, 3 a scenario could not be played.
`;

/** What to type after a mistake. */
const seeHelp = "npm run rehearse -- --help";

/** The flags of the command line, checked before anything starts; an exit code where there is nothing to rehearse. */
export async function readFlags(args: readonly string[]): Promise<Flags | number> {
  const { values } = parse(args);
  if (values.help) {
    process.stdout.write(help);
    return 0;
  }
  const engineName = engineNamed(values.engine);
  const played = scenarios.filter((scenario) => plays(engineName, scenario));
  if (values.list) {
    process.stdout.write(listText(played));
    return 0;
  }
  const names = namesOf(values.scenario, engineName, played);
  const engine = chooseEngine(engineName, fileOf(values.pulumi));
  const json = values.json === "-" ? "-" : fileOf(values.json);
  const reports = await reportsOf(values.report);
  await mustBeWritable("--json", json);
  const evidence = fileOf(values.evidence);
  await mustBeWritable("--evidence", evidence);
  await mustBeNew(evidence);
  if (evidence !== undefined && !names.includes(evidenceScenario))
    throw new UsageError(`--evidence is of the scenario "${evidenceScenario}": name it as well`, seeHelp);
  const slot = slotOf(values.slot);
  const shard = shardOf(values.shard);
  const load = loadOf(values);
  const seed = values.seed === undefined ? randomInt(4_294_967_295) : seedOf(values.seed);
  const { ofStack, config: given } =
    values.config === undefined
      ? { ofStack: false, config: {} }
      : await readConfigFile(typedPath(values.config));
  const named = {
    ...sampleImages(repository),
    ...(values.images === undefined ? {} : await loadImages(typedPath(values.images))),
  };
  checkConfig(given);
  if (slot !== undefined && (evidence === undefined || !ofStack))
    throw new UsageError("--slot goes with --evidence and the --config of a stack", seeHelp);
  const about = evidence !== undefined && ofStack ? candidateOf(values.config ?? "", given, slot) : null;
  const { config, aside } = ofStack
    ? rehearsed(withCandidateInGreen(given, about?.colour ?? "green"))
    : { config: given, aside: [] };
  const { images, standsInFor } = ofStack ? withStandIns(named, config) : { images: named, standsInFor: [] };
  if (values.images !== undefined && standsInFor.length > 0)
    throw new UsageError(
      `${values.images} does not say how to start ${standsInFor.join(" and ")}, which ${values.config} asks for`,
      `npm run rehearse -- --help`,
    );
  if (about !== null && standsInFor.length > 0)
    throw new UsageError(
      `--evidence would be of ${standsInFor.join(" and ")}, and nothing here says how to start ${standsInFor.length === 1 ? "it" : "them"}: a stand-in's rollback is no evidence. Name the command with --images FILE`,
      seeHelp,
    );
  const notes = [
    ...(about === null
      ? []
      : [
          `--evidence is of release ${about.release}, in ${about.colour} of ${about.stack}${about.colour === "green" ? "" : "; green plays it here"}`,
        ]),
    ...(aside.length === 0 ? [] : [`the rehearsal has its own ${aside.join(", ")}`]),
    ...standsInFor.map(
      (image) => `the sample hub stands in for ${image}: name its command with --images FILE to rehearse it`,
    ),
  ];
  return {
    notes,
    keep: values.keep,
    words: args,
    engine,
    names,
    seed,
    shard,
    load,
    config,
    images,
    json: json ?? null,
    reports,
    evidence: evidence === undefined ? null : { file: evidence, about },
  };
}

function slotOf(given: string | undefined): Colour | undefined {
  const found = colours.find((colour) => colour === given);
  if (given !== undefined && found === undefined)
    throw new UsageError(`--slot is "${given}", and takes ${colours.join(" or ")}`, seeHelp);
  return found;
}

/** Files that the results are written into for people. Throws UsageError for an end that says nothing of how. */
async function reportsOf(given: readonly string[] = []): Promise<string[]> {
  const paths = given.map((path) => typedPath(path));
  for (const path of paths) await mustBeWritable("--report", path);
  const other = paths.find((path) => !/\.(?:html|md)$/.test(path));
  if (other !== undefined) throw new UsageError(`--report writes .html or .md, not ${other}`, seeHelp);
  return paths;
}

const fileOf = (path: string | undefined) => (path === undefined ? undefined : typedPath(path));

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        scenario: { type: "string", multiple: true },
        list: { type: "boolean", default: false },
        images: { type: "string" },
        config: { type: "string" },
        sessions: { type: "string" },
        rate: { type: "string" },
        seed: { type: "string" },
        engine: { type: "string" },
        pulumi: { type: "string" },
        shard: { type: "string" },
        keep: { type: "boolean", default: false },
        json: { type: "string" },
        report: { type: "string", multiple: true },
        evidence: { type: "string" },
        slot: { type: "string" },
        help: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw mistyped(error, seeHelp);
  }
}
