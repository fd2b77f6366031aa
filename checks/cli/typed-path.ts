import { isAbsolute, relative, resolve } from "node:path";

/**
 * A path as somebody typed it, from this process's folder on: npm starts a command in the repository and says in INIT_CWD
 * where the person stands.
 */
export function typedPath(
  path: string,
  environment: NodeJS.ProcessEnv = process.env,
  cwd: string = process.cwd(),
): string {
  const standing = environment["INIT_CWD"];
  if (standing === undefined || standing === cwd || isAbsolute(path)) return path;
  return relative(cwd, resolve(standing, path)) || ".";
}
