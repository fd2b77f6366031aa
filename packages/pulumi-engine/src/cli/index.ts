export { obey } from "../engine/obey.ts";
export { NoCli, cachedCli, findCli, pinnedVersion, type FoundCli } from "./find.ts";
export type { Ended } from "./launch.ts";
export type { CliResult, CliRun } from "./operation.ts";
export { isAlive, type Running, type Started } from "./running.ts";
export { CliStack, type CliStackOptions, type OperationOptions } from "./stack.ts";
