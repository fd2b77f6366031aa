import { mkdir, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bin = fileURLToPath(new URL("./bin", import.meta.url));

/** Plugins that are served from here, and the packages whose versions they have. */
const served = { "resource-aws": "aws", "resource-awsx": "awsx", "language-nodejs": "pulumi" };

/**
 * Prepares a folder so that a CLI which is told of it by the environment returned reads and writes nothing outside of it but
 * the project: no account of Pulumi's, no plugin from anywhere, no stack file beside the project's own.
 */
export async function preparePlace(
  folder: string,
  env: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const home = join(folder, "home");
  for (const [plugin, pkg] of Object.entries(served)) await installPlugin(home, plugin, pkg);
  await mkdir(join(folder, "backend"), { recursive: true });
  return {
    // A Node that runs TypeScript comes first: plugins and the language host are started by its name.
    PATH: [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
    HOME: home,
    TMPDIR: tmpdir(),
    NO_COLOR: "1",
    PULUMI_HOME: home,
    PULUMI_BACKEND_URL: `file://${join(folder, "backend")}`,
    PULUMI_CONFIG_PASSPHRASE: "rehearsal",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Lets `--event-log` be asked for.
    PULUMI_DEBUG_COMMANDS: "true",
    ...env,
  };
}

/** As `pulumi plugin install` leaves it. */
async function installPlugin(home: string, plugin: string, pkg: string): Promise<void> {
  const { version } = createRequire(import.meta.url)(`@pulumi/${pkg}/package.json`) as { version: string };
  const folder = join(home, "plugins", `${plugin}-v${version}`);
  await mkdir(folder, { recursive: true });
  await symlink(join(bin, `pulumi-${plugin}`), join(folder, `pulumi-${plugin}`));
}

/** Makes a folder that looks like the project to `stack init`, which writes its stack file nowhere else. */
export async function seedProject(folder: string, project: string): Promise<string> {
  const seed = join(folder, "seed");
  await mkdir(seed, { recursive: true });
  await writeFile(join(seed, "Pulumi.yaml"), `name: ${project}\nruntime: nodejs\n`);
  return seed;
}
