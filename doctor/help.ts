import { healthPaths, mcpPaths } from "./usual-paths.ts";

/** The help of the command. */
export const help = `npm run doctor -- --url U [options]

Finds out about an MCP hub that already runs what a rehearsal and a stack must know of it: what it
speaks and on which paths, its health path, its tools, which Host it takes and whether it asks for a
token. Calls one tool once, and writes nothing unless it is asked to.

  --url U                 the hub's address; a path in it is tried first
  --tool NAME             the tool that gates call again and again; left out: one that only reads
  --tool-arguments JSON   what it is called with; left out: made from what the tool takes
  --write FOLDER          writes Pulumi.NAME.yaml and images.NAME.json, which rehearse takes
  --command LINE          what starts the hub, for the images file: "node hub.js {port}"
  --force                 writes over files that are there
  --json                  one JSON document and nothing else

Tries ${mcpPaths.join(" ")}
and   ${healthPaths.slice(0, 9).join(" ")}
      ${healthPaths.slice(9).join(" ")}
Environment: MCP_HUB_TOKEN (bearer token, sent where the hub asks for one).

Example: npm run doctor -- --url http://127.0.0.1:3000 --write . --command "node hub.js {port}"
Exit: 0 it can be rehearsed, 1 it cannot and why, 2 usage or a file, 3 it could not be reached.
`;
