import { userInfo } from "node:os";

/**
 * Name of whoever runs this process, for the record: the account's, or else what the environment says. In a container the uid
 * often has no entry in passwd, and asking for it throws.
 */
export function operatorName(
  env: Readonly<Record<string, string | undefined>> = process.env,
  ask: () => { readonly username: string } = userInfo,
): string {
  try {
    return ask().username;
  } catch {
    return env["USER"] ?? env["LOGNAME"] ?? `uid ${process.getuid?.() ?? "unknown"}`;
  }
}
