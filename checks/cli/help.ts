import { groups } from "../core/groups.ts";

/** The help of the command. */
export const helpText = `npm run check -- GROUP|NAME… [options]

Groups: ${groups.join(", ")}. Names: see --list. A module's path: your own check.

What to check
  --stack S             a deployed stack, as its switch recorded it (needs AWS credentials)
  --url U               a hub at an address, without AWS
  --slot blue|green     the slot to judge; left out: the candidate, or live for watch and rollback

What to print
  --json                one JSON document and nothing else (npm run -s: npm's own lines stay away)
  --report FILE         write the result as well: .json, .jsonl (evidence) or .md
  --list                every check in one line
  --explain NAME        limit, sample, source and the spec's sentence of a check
  verify-evidence FILE --digest D    whether a record of evidence was changed

Options
  --follow              again each minute until the period of the watch ends, or Ctrl-C:
                        npm run check -- watch --stack production --for first-hour --follow
  --for PERIOD          watch: first-hour, first-day or first-week; left out: by live's age
  --record FILE         preflight: the pre-deployment record, YAML or JSON
  --evidence FILE       rollback: the evidence to read; left out: where the switch put it
  --incident FILE       rollback: where the incident document goes
  --command NAME=LINE   a command of yours as a check, such as integration="npm test"; repeatable
  --rate N              most own probes a second, 1 to 100 (20)
  with --url:   --health-path P --mcp-path P --transport sse|streamable-http --tool T
                --prompt TEXT, or --tool-arguments JSON where the tool takes others
  with --stack: --project P --region R --profile P
Environment: MCP_HUB_TOKEN (bearer token), MCP_HUB_SIGNING_KEY (signs own probes), with --url.

Example: npm run check -- smoke --url http://127.0.0.1:37373
Exit codes: 0 pass, 1 fail, 2 usage or configuration, 3 cannot tell, 130 stopped.`;
