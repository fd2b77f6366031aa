import "reaper/children";
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The version of botocore whose models are asked. */
const botocoreVersion = "1.43.11";

/** One thing that a call, or its answer, has otherwise than the service's model says. */
export interface Finding {
  /** `service.Operation`. */
  readonly call: string;
  readonly side: "input" | "output";
  /** Path of the member; `[]` any item of a list, `{}` any key or value of a map. */
  readonly at: string;
  readonly rule: "unknown" | "missing" | "type" | "enum" | "range" | "pattern";
  readonly says: string;
  readonly times: number;
}

/** What the models say of calls, and how much was compared. */
export interface Judged {
  readonly calls: number;
  readonly values: number;
  /** Patterns that Python cannot read. */
  readonly unreadPatterns: number;
  readonly findings: readonly Finding[];
}

/** The Python that has the models: the one that MOTO_PYTHON names, for moto brings botocore, else python3. Or what it lacks. */
export function findModels(): { readonly python: string } | { readonly missing: string } {
  const python = process.env["MOTO_PYTHON"] ?? "python3";
  const asked = spawnSync(python, ["-c", "import botocore; print(botocore.__version__)"], {
    encoding: "utf8",
    timeout: 60_000,
  });
  if (asked.error) return { missing: `${python} is not here` };
  if (asked.status !== 0) return { missing: `${python} has no botocore==${botocoreVersion}` };
  const found = asked.stdout.trim();
  return found === botocoreVersion
    ? { python }
    : { missing: `${python} has botocore ${found}, not ${botocoreVersion}` };
}

/**
 * Asks botocore's models about calls, each a line as `callLine` writes it: those that are given, or those in files. Throws with
 * Python's last words when it fails.
 */
export function askModels(
  python: string,
  { lines = [], files = [] }: { readonly lines?: readonly string[]; readonly files?: readonly string[] },
): Judged {
  const script = fileURLToPath(new URL("models.py", import.meta.url));
  const { status, stdout, stderr, error } = spawnSync(python, [script, ...files], {
    input: lines.join("\n"),
    encoding: "utf8",
    maxBuffer: 64 * 1024 * 1024,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`models.py ended with ${status}: ${stderr.slice(-2_000)}`);
  return JSON.parse(stdout) as Judged;
}

/** How much was judged, in a line. */
export const howMuch = ({ calls, values, unreadPatterns }: Judged): string =>
  `${calls} calls and ${values} values judged by botocore ${botocoreVersion}, ${unreadPatterns} patterns unread`;
