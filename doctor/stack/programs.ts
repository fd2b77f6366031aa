import { execFile } from "node:child_process";
import { delimiter } from "node:path";
import { promisify } from "node:util";
import { type Finding, mend, ok, unknown } from "./finding.ts";

const run = promisify(execFile);

/** How long a program may take to say something, in milliseconds: the CLI asks its backend. */
const patienceMs = 30_000;

/** How programs are found and started. */
export interface Programs {
  /** The PATH of the person's shell. */
  readonly path: string;
  /** Folder of Pulumi.yaml. */
  readonly folder: string;
  readonly environment: NodeJS.ProcessEnv;
}

/** The PATH as the person has it: npm puts its own folders in front, of which the last is node-gyp's. */
export function pathOf({ PATH = "" }: NodeJS.ProcessEnv): string {
  const folders = PATH.split(delimiter);
  const ofNpm = folders.findLastIndex((folder) => /[\\/]node-gyp-bin$/.test(folder));
  return folders.slice(ofNpm + 1).join(delimiter);
}

/** The `node` that the Pulumi CLI would start: the first one of the person's own PATH, whatever npm's scripts run with. */
export async function lookAtNode(programs: Programs): Promise<Finding> {
  const about = "node";
  const own = "export PATH=$PWD/node_modules/.bin:$PATH";
  const said = await say(programs, "node", ["--version"]);
  if (said.out === null) return mend(about, `${said.why}, and the Pulumi CLI starts it. Type: ${own}`);
  const version = said.out.trim();
  const [major = 0, minor = 0] = version.replace(/^v/, "").split(".").map(Number);
  return major >= 24 || (major === 22 && minor >= 18)
    ? ok(about, `${version} is the first on the PATH`)
    : mend(
        about,
        `the Pulumi CLI starts the node on the PATH, which is ${version}, and the program needs 24, or 22.18 and later. Type: ${own}`,
      );
}

/** The Pulumi CLI, and whether it knows where its state is and has this stack. */
export async function lookAtPulumi(programs: Programs, stack: string): Promise<Finding[]> {
  const about = "pulumi";
  const said = await say(programs, "pulumi", ["version"]);
  if (said.out === null)
    return [mend(about, `${said.why}. Install the CLI: https://www.pulumi.com/docs/install`)];
  const version = ok(about, `${said.out.trim()} is on the PATH`);
  const listed = await say(programs, "pulumi", ["stack", "ls", "--json", "--non-interactive"]);
  if (listed.out === null) return [version, unloggedOf(listed.why)];
  const names = namesIn(listed.out);
  if (names === null)
    return [version, unknown("stack", "what pulumi stack ls --json printed is no list of stacks")];
  return [
    version,
    names.some((name) => name === stack || name.endsWith(`/${stack}`))
      ? ok("stack", `${stack} is there`)
      : mend("stack", `there is no stack ${stack} where you are logged in. Type: pulumi stack init ${stack}`),
  ];
}

/** Why the CLI lists no stacks. */
const unloggedOf = (why: string): Finding =>
  /login|access token/i.test(why)
    ? mend("stack", `the CLI does not know where its state is (${why}). Type: pulumi login`)
    : unknown("stack", `pulumi stack ls: ${why}`);

/** Names in the CLI's list; null: it is none. */
function namesIn(text: string): string[] | null {
  try {
    return (JSON.parse(text) as { name: string }[]).map(({ name }) => name);
  } catch {
    return null;
  }
}

/** What a program of the person's PATH prints, or why there is none of it. */
async function say(
  { path, folder, environment }: Programs,
  program: string,
  words: readonly string[],
): Promise<{ out: string; why: "" } | { out: null; why: string }> {
  try {
    const env = { ...environment, PATH: path };
    const { stdout } = await run(program, [...words], { cwd: folder, env, timeout: patienceMs });
    return { out: stdout, why: "" };
  } catch (error) {
    const { code, killed, stderr = "" } = error as { code?: unknown; killed?: boolean; stderr?: string };
    if (code === "ENOENT") return { out: null, why: `there is no ${program} on the PATH` };
    const first = stderr.split("\n").find((line) => line.trim() !== "");
    const ended =
      killed === true ? `no answer within ${patienceMs / 1_000} s` : `it ended with ${String(code)}`;
    return { out: null, why: first?.replace(/^error: /, "").trim() ?? ended };
  }
}
