import { spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The Go module that pins the CLI, and what is made of it. */
export const cliModule = fileURLToPath(new URL("../../cli-module", import.meta.url));

/** The version of the CLI that everything here is tried with, as its Go module pins it: `v3.…`. */
export function pinnedVersion(): string {
  const text = readFileSync(join(cliModule, "go.mod"), "utf8");
  const version = /pulumi\/pkg\/v3 (v\S+)/.exec(text)?.[1];
  if (version === undefined) throw new Error(`${cliModule}/go.mod names no version of the Pulumi CLI`);
  return version;
}

/** Where the CLI is put that is built here: outside of every checkout, by version. */
export function cachedCli(version = pinnedVersion()): string {
  const cache = process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache");
  return join(cache, "pulumi-engine", `pulumi-${version}`, "pulumi");
}

/** A Pulumi CLI that is there. */
export interface FoundCli {
  file: string;
  version: string;
  /** Whether it is the one that everything here is tried with. */
  pinned: boolean;
}

/** There is no CLI to be used; the message says where it was looked for. */
export class NoCli extends Error {}

/** The CLI in `file`; without it the one on PATH or the one built here, that of the pinned version before any other. */
export function findCli(file?: string): FoundCli {
  const places = file === undefined ? [...onPath("pulumi"), cachedCli()] : [resolve(file)];
  const found = places.filter(isExecutable).map(asked);
  const best = found.find(({ pinned }) => pinned) ?? found[0];
  if (best !== undefined) return best;
  throw new NoCli(
    file === undefined
      ? `there is no Pulumi CLI on PATH, and none built in ${cachedCli()}`
      : `${file} is no executable file`,
  );
}

function asked(file: string): FoundCli {
  const { stdout, error } = spawnSync(file, ["version"], {
    encoding: "utf8",
    env: { PATH: process.env["PATH"], HOME: homedir(), PULUMI_SKIP_UPDATE_CHECK: "true" },
  });
  const version = /^v\d+\.\d+\.\d+\S*/.exec(stdout ?? "")?.[0];
  if (version === undefined)
    throw new NoCli(
      `${file} is no Pulumi CLI: asked for its version it said ${JSON.stringify(stdout ?? String(error))}`,
    );
  return { file, version, pinned: version === pinnedVersion() };
}

function onPath(name: string): string[] {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name));
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
