import type { PerColour } from "../../domain/colour.ts";
import { makeStore } from "../record/store.ts";
import type { Store } from "../run/ports.ts";
import { type Account, type SwitchClients, makeClients } from "./clients.ts";
import { type RuleHandle, openRule } from "./rule.ts";

/** An account that is open, with what of a switch is found in it. Held with `await using`, which closes its clients. */
export interface OpenAccount extends AsyncDisposable {
  readonly clients: SwitchClients;
  /** The record of a stack. */
  store(of: { readonly table: string; readonly stack: string }): Store;
  /** The weighted rule that is there: it is read and changed, and never made. */
  rule(ruleArn: string, targetGroups: PerColour<string>): RuleHandle;
}

/** Opens an account for as long as one question or one change takes. */
export function openAccount(account: Account): OpenAccount {
  const clients = makeClients(account);
  return {
    clients,
    store: ({ table, stack }) => makeStore(clients.dynamodb, table, stack),
    rule: (ruleArn, targetGroups) => openRule(clients, { ruleArn, targetGroups, make: null }),
    async [Symbol.asyncDispose]() {
      clients.close();
    },
  };
}
