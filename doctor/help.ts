import { healthPaths, mcpPaths } from "./usual-paths.ts";

/** The help of the command. */
export const help = `npm run doctor -- --url U [options]
npm run doctor -- --stack S [--json]

Finds out about an MCP hub that already runs what a rehearsal and a stack must know of it: what it
speaks and on which paths, its health path, its tools, which Host it takes and whether it asks for a
token. Calls one tool once, and writes nothing unless it is asked to.

With --stack, looks at everything that the first pulumi up of a stack would stop at: node and the
Pulumi CLI on your PATH, the config, credentials and their end, what the config names, images and
what they are built for, quotas. Writes nothing, and reads no secret's value.

  --url U                 the hub's address; a path in it is tried first
  --tool NAME             the tool that gates call again and again; left out: one that only reads
  --tool-arguments JSON   what it is called with; left out: made from what the tool takes
  --write FOLDER          writes Pulumi.NAME.yaml and images.NAME.json, which rehearse takes
  --command LINE          what starts the hub, for the images file: "node hub.js {port}"
  --force                 writes over files that are there
  --stack S               the stack, by its file Pulumi.S.yaml here
  --json                  one JSON document and nothing else

Tries ${mcpPaths.join(" ")}
and   ${healthPaths.slice(0, 9).join(" ")}
      ${healthPaths.slice(9).join(" ")}
Environment: MCP_HUB_TOKEN (bearer token, sent where the hub asks for one).

Example: npm run doctor -- --url http://127.0.0.1:3000 --write . --command "node hub.js {port}"
Example: npm run doctor -- --stack production
Exit: 0 it can be rehearsed, or nothing is in the way; 1 it cannot, or what is to be mended; 2 usage
or a file; 3 it could not be reached, or not all could be looked at.
`;
