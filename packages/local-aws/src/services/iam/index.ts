import type { Ids } from "../../names.ts";
import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { identityProviders } from "./identity-providers.ts";
import { policies } from "./policies.ts";
import { rolePolicies } from "./role-policies.ts";
import { roles } from "./roles.ts";
import type { State } from "./state.ts";

/** Identity and Access Management: roles and policies are kept, nobody is denied by them. */
export function iam(ids: Ids): Service {
  const state: State = {
    ids,
    tags: new Tags(),
    roles: new Map(),
    policies: new Map(),
    providers: new Map(),
  };
  return {
    signingName: "iam",
    protocol: "query",
    xmlNamespace: "https://iam.amazonaws.com/doc/2010-05-08/",
    shapes: () => import("@aws-sdk/client-iam"),
    handlers: { ...roles(state), ...rolePolicies(state), ...policies(state), ...identityProviders(state) },
  };
}
