import type { Random } from "local-aws/random";
import type { Outcome } from "../../../domain/outcome.ts";

/** The tool that analyses in this model. */
export const analysisTool = "hub__analyze_prompt";

/** One request of a user, and what became of it: the same in both colours. */
export interface Planned {
  readonly method: string;
  readonly tool: string | null;
  readonly outcome: Outcome;
  readonly cause: string;
  readonly takesMs: number;
  /** How long after the request before it comes, in milliseconds. */
  readonly afterMs: number;
}

/** One user: a session, or requests that belong to none and go to a slot each by itself. */
export interface Visit {
  readonly isSession: boolean;
  /** Its `initialize` is seen. */
  readonly begun: boolean;
  readonly requests: readonly Planned[];
}

/** Users of a hub as real ones have them. */
export interface Population {
  readonly name: string;
  readonly what: string;
  readonly visit: (random: Random) => Visit;
}

/** How a population's users differ from plain ones; each is asked with numbers of the visit's own. */
interface Habits {
  /** What a session asks before its calls, besides what every client does. */
  readonly opening?: (random: Random) => readonly Planned[];
  /** What becomes of the calls of one session: chosen once, asked for each call. */
  readonly calls?: (random: Random) => (call: Planned) => Planned;
  readonly initializeMs?: number;
  /** Share of sessions whose `initialize` nobody saw. */
  readonly cameBack?: number;
  /** Share of users without a session. */
  readonly stateless?: number;
}

const usualMs = (random: Random, ms: number) =>
  ms * (0.6 + 0.8 * random.next()) * (random.chance(0.03) ? 3 : 1);

function ask(random: Random, method: string, over: Partial<Planned> = {}): Planned {
  const takesMs = usualMs(random, 6);
  return { method, tool: null, outcome: "ok", cause: "", takesMs, afterMs: 20 + 60 * random.next(), ...over };
}

/** Half of the calls are analyses; one tool of three fails now and then by itself. */
function callOf(random: Random): Planned {
  const drawn = random.next();
  const afterMs = 200 + 4_000 * random.next();
  if (drawn < 0.5)
    return ask(random, "tools/call", { tool: analysisTool, takesMs: usualMs(random, 300), afterMs });
  const tool = drawn < 0.8 ? "search" : "fetch";
  return ask(random, "tools/call", { tool, takesMs: usualMs(random, 60), afterMs });
}

const bad = (call: Planned, outcome: Outcome, cause: string): Planned => ({ ...call, outcome, cause });

/** As clients do: of some users a call, of a few very many. */
function callsOf(random: Random): number {
  return random.chance(0.8) ? random.whole(1, 6) : random.whole(8, 25);
}

function visit(habits: Habits): Population["visit"] {
  return (random) => {
    const isSession = !random.chance(habits.stateless ?? 0.2);
    const begun = isSession && !random.chance(habits.cameBack ?? 0);
    const become = habits.calls?.(random) ?? ((call: Planned) => call);
    const calls = Array.from({ length: callsOf(random) }, () => become(callOf(random)));
    const initialize = ask(random, "initialize", {
      takesMs: usualMs(random, habits.initializeMs ?? 8),
    });
    const head = begun ? [initialize, ask(random, "notifications/initialized")] : [];
    const first = isSession ? head : [ask(random, "server/discover")];
    const opening = habits.opening?.(random) ?? [];
    return { isSession, begun, requests: [...first, ...opening, ask(random, "tools/list"), ...calls] };
  };
}

/** Makes calls bad with a chance that is the session's own. */
const clustered =
  (
    share: { readonly few: number; readonly many: number; readonly usersWithMany: number },
    outcome: Outcome,
    cause: string,
  ) =>
  (random: Random) => {
    const chance = random.chance(share.usersWithMany) ? share.many : share.few;
    return (call: Planned) => (random.chance(chance) ? bad(call, outcome, cause) : call);
  };

/** The kinds of users that identical releases are played with, each with one habit that no release is to blame for. */
export const populations: readonly Population[] = [
  { name: "plain", what: "users of whom nothing is special", visit: visit({}) },
  {
    name: "lists-refused",
    what: "a hub of tools alone answers resources/list and prompts/list with -32601",
    visit: visit({
      opening: (random) =>
        ["resources/list", "prompts/list"].map((method) =>
          bad(ask(random, method), "client-fault", "error -32601"),
        ),
    }),
  },
  {
    name: "discover-refused",
    what: "an older hub answers server/discover with 400, once per connection",
    visit: visit({
      stateless: 0,
      opening: (random) => [bad(ask(random, "server/discover"), "client-fault", "HTTP 400")],
    }),
  },
  {
    name: "own-is-error",
    what: "tools say isError: to one user in five in 80 of 100 calls, to the others in 2",
    visit: visit({ calls: clustered({ few: 0.02, many: 0.8, usersWithMany: 0.2 }, "tool-error", "isError") }),
  },
  {
    name: "own-auth",
    what: "the hub asks every other user to sign in (401), once before initialize and now and then later",
    visit: visit({
      opening: (random) =>
        random.chance(0.5) ? [bad(ask(random, "tools/list"), "client-fault", "HTTP 401")] : [],
      calls: clustered({ few: 0.01, many: 0.5, usersWithMany: 0.1 }, "client-fault", "HTTP 401"),
    }),
  },
  {
    name: "early-cancels",
    what: "one user in seven gives up 70 of 100 calls early, the others 1",
    visit: visit({
      calls: clustered({ few: 0.01, many: 0.7, usersWithMany: 0.15 }, "withdrawn", "withdrawn"),
    }),
  },
  {
    name: "slow-tools",
    what: "one tool takes 20 to 40 s",
    visit: visit({
      calls: (random) => (call) =>
        call.tool === "fetch" ? { ...call, takesMs: 20_000 + 20_000 * random.next() } : call,
    }),
  },
  {
    name: "slow-initialize",
    what: "initialize takes 2.5 s",
    visit: visit({ initializeMs: 2_500 }),
  },
  {
    name: "came-back",
    what: "one session in six is of a client that came back by itself: no initialize, and -32602 to every call of it",
    visit: (random) => {
      const found = visit({ cameBack: 0.17 })(random);
      if (!found.isSession || found.begun) return found;
      return { ...found, requests: found.requests.map((of) => bad(of, "client-fault", "error -32602")) };
    },
  },
  {
    name: "half-percent",
    what: "both colours fail 0.5 % of all requests",
    visit: (random) => {
      const found = visit({})(random);
      const requests = found.requests.map((of) =>
        random.chance(0.005) ? bad(of, "server-fault", "HTTP 500") : of,
      );
      return { ...found, requests };
    },
  },
];
