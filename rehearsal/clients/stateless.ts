import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Asked, Witness } from "../witness/witness.ts";
import { type Ask, opening, wantedOf } from "./asks.ts";

/** The revision whose requests the weighted rule splits one by one. */
const revision = "2026-07-28";

/** Where a client without a session asks, and who hears of it. */
export interface StatelessOptions {
  /** Whole URL of the MCP endpoint. */
  readonly url: string;
  /** How long the client waits for an answer, in milliseconds. */
  readonly patienceMs: number;
  readonly witness: Witness;
}

/** A client of the era without sessions; several asks at a time are fine. */
export interface StatelessClient {
  /** Never rejects. @param word one that is in no other call */
  ask(what: Ask, word: string): Promise<Asked>;
  close(): Promise<void>;
}

/** Asks the server what it is (`server/discover`), and nothing else. `client` is null when it does not speak this revision. */
export async function meetStateless(
  options: StatelessOptions,
): Promise<{ client: StatelessClient | null; asked: Asked }> {
  const { url, patienceMs, witness } = options;
  const eyes = witness.client("stateless");
  const client = new Client(
    { name: "rehearsal", version: "1.0.0" },
    { versionNegotiation: { mode: { pin: revision } } },
  );
  const pipe = eyes.number(new StreamableHTTPClientTransport(new URL(url), { fetch: eyes.fetch }));
  let speaks = false;
  const asked = await eyes.ask(opening, async () => {
    await client.connect(pipe, { timeout: patienceMs });
    speaks = true;
  });
  // A server may well say what it speaks, and not speak this.
  if (!speaks || asked.verdict !== "well") return { client: null, asked };
  return {
    asked,
    client: {
      ask: (what, word) => eyes.ask(wantedOf(what, word), () => request(client, what, word, patienceMs)),
      close: () => client.close(),
    },
  };
}

/** What was listed before is not asked for again from memory: each list is a request. */
function request(client: Client, { method, tool, argumentsOf }: Ask, word: string, timeout: number) {
  const fresh = { timeout, cacheMode: "bypass" } as const;
  switch (method) {
    case "tools/call":
      return client.callTool({ name: tool ?? "", arguments: { ...argumentsOf(word) } }, { timeout });
    case "tools/list":
      return client.listTools(undefined, fresh);
    case "resources/list":
      return client.listResources(undefined, fresh);
    case "prompts/list":
      return client.listPrompts(undefined, fresh);
    default:
      return method satisfies never;
  }
}
