import type { provider } from "@pulumi/pulumi";
import { Clients } from "../../checks/core/clients.ts";
import { type ParametersRequest, parametersRequest } from "../../domain/parameters-request.ts";

/** Which of the names that were asked for parameters of Systems Manager have. It asks what there is: no value is in the answer. */
export async function findParameters(value: unknown): Promise<provider.InvokeResult> {
  const request = parametersRequest.parse(value);
  const clients = new Clients(
    request.profile === undefined
      ? { region: request.region }
      : { region: request.region, profile: request.profile },
  );
  try {
    return { outputs: { found: await namesOf(clients, request) } };
  } finally {
    clients.close();
  }
}

/** Values of one filter, and parameters of one page, at most (Systems Manager API reference, DescribeParameters). */
const most = 50;

async function namesOf(clients: Clients, { names }: ParametersRequest): Promise<string[]> {
  const { paginateDescribeParameters } = await import("@aws-sdk/client-ssm");
  const client = await clients.ssm();
  const found: string[] = [];
  for (let from = 0; from < names.length; from += most) {
    const Values = names.slice(from, from + most);
    const ParameterFilters = [{ Key: "Name", Option: "Equals", Values }];
    for await (const page of paginateDescribeParameters({ client, pageSize: most }, { ParameterFilters }))
      found.push(...(page.Parameters ?? []).flatMap(({ Name }) => Name ?? []));
  }
  return found;
}
