/** Where a parameter of Systems Manager is, and the names that it may have. */
export interface ParameterPlace {
  readonly region: string;
  readonly account: string;
  readonly names: readonly string[];
}

/** The place of a parameter, by its name or ARN. An ARN does not say whether one outside a hierarchy has a slash in front. */
export function parameterAt(
  id: string,
  { region, account }: Pick<ParameterPlace, "region" | "account">,
): ParameterPlace {
  const [, at = region, of = account, path] =
    /^arn:[^:]+:ssm:([^:]+):([^:]+):parameter\/(.+)$/.exec(id) ?? [];
  const names = path === undefined ? [id] : path.includes("/") ? [`/${path}`] : [path, `/${path}`];
  return { region: at, account: of, names };
}
