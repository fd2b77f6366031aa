import type { Check } from "../core/check.ts";
import { defineCheck } from "../core/define.ts";
import type { Group } from "../core/groups.ts";

/** Longest time a user's command may take. */
const commandTimeoutMs = 15 * 60_000;

/** What a built-in check says of itself when a command carries it out. */
interface CommandFacts {
  name: string;
  group: Group;
  question: string;
  sentence: string;
}

/** A user's own test suite: exit code 0 passes, 3 cannot tell, any other fails. */
export function commandCheck(command: string, facts?: CommandFacts): Check {
  return defineCheck({
    ...(facts ?? {
      name: command,
      group: "gate",
      question: `Does the command "${command}" succeed against the slot?`,
      sentence: "Integration Tests: MCP_HUB_URL=https://prod-hub.example.com bun test (Phase 3: Validation)",
    }),
    source: "your own command",
    query: ({ commands }) => (commands[command] ?? [`(no command named ${command} is configured)`]).join(" "),
    limit: () => ({ value: 0, unit: "exit code", good: "=" }),
    timeoutMs: commandTimeoutMs,
    async measure({ commands, sources, hub, slot, signal, thresholds }) {
      const words = commands[command];
      if (words === undefined)
        throw new Error(
          `no command named ${command} is configured: add it under commands in the stack config`,
        );
      // The suite knows nothing of slots and proofs: at the public address it would test live.
      await using relay = slot === null ? null : await sources.relay.open(slot);
      const environment = {
        MCP_HUB_URL: relay?.url ?? hub.url,
        MCP_HUB_SLOT: slot ?? "",
        MCP_HUB_LATENCY_P95_MS: String(thresholds.analysisLatencyP95Ms),
      };
      return await sources.commands.run(words, environment, signal);
    },
    judge({ code, tail }) {
      const last = tail.filter((line) => line.trim() !== "").at(-1);
      const said = last === undefined ? "" : `, its last line: ${last.slice(0, 200)}`;
      const base = { value: code, samples: 1 };
      if (code === 0) return { ...base, verdict: "pass", why: `exit code 0${said}` };
      if (code === null) return { ...base, verdict: "inconclusive", why: `ended by a signal${said}` };
      return { ...base, verdict: code === 3 ? "inconclusive" : "fail", why: `exit code ${code}${said}` };
    },
  });
}
