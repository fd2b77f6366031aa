export declare const commandFlags: readonly string[];
export declare function flagsNpmTook(
  name: string | undefined,
  words: readonly string[],
  environment: NodeJS.ProcessEnv,
): string | null;
