import type { Service } from "../../service.ts";
import { Tags } from "../../tags.ts";
import { functions } from "./functions.ts";
import { invocation, runAndForget } from "./invocation.ts";
import { permissions } from "./permissions.ts";
import { type LambdaOptions, type State, nameOf } from "./state.ts";

export type { LambdaOptions } from "./state.ts";

/** Lambda with its inside: a way to run functions that needs no call. */
export interface Lambda extends Service {
  /** Runs a function and forgets about it, as EventBridge does. */
  invokeAsync(ref: string, event: object): void;
}

/** Lambda: each invocation is a process of its own. */
export function lambda(options: LambdaOptions): Lambda {
  const state: State = {
    options,
    tags: new Tags(),
    functions: new Map(),
    running: new Set(),
    closed: false,
  };
  return {
    signingName: "lambda",
    protocol: "rest-json",
    shapes: () => import("@aws-sdk/client-lambda"),
    handlers: { ...functions(state), ...invocation(state), ...permissions(state) },
    invokeAsync(ref, event) {
      const held = state.functions.get(nameOf(ref));
      if (held) runAndForget(state, held, event);
    },
    close() {
      state.closed = true;
      for (const child of state.running) child.kill("SIGKILL");
    },
  };
}
