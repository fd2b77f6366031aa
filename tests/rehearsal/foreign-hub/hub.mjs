// A hub as somebody else might have written it: other paths, other tool, no fault switches, plain JavaScript.
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { SSEServerTransport } from "@modelcontextprotocol/sdk/server/sse.js";
import express from "express";
import { z } from "zod";

const [port, ready] = process.argv.slice(2);
const transports = new Map();
const app = express();
app.get("/status/ready", (_, response) =>
  response
    .status(200)
    .json({ status: "ok", state: ready === "never" ? "starting" : "ready", mcpEndpoint: {} }),
);
app.get("/agents/stream", (_, response) => {
  const server = new McpServer({ name: "foreign", version: "3" });
  server.registerTool("greet", { inputSchema: { name: z.string() } }, ({ name }) => ({
    content: [{ type: "text", text: `hello ${name}` }],
  }));
  const transport = new SSEServerTransport("/agents/inbox", response);
  transports.set(transport.sessionId, transport);
  response.on("close", () => transports.delete(transport.sessionId));
  server.connect(transport).catch((error) => response.destroy(error));
});
app.post("/agents/inbox", (request, response) => {
  const transport = transports.get(request.query.sessionId);
  if (transport === undefined) response.status(404).json({ error: "no such session" });
  else transport.handlePostMessage(request, response).catch((error) => response.destroy(error));
});
app.listen(Number(port), "127.0.0.1", () =>
  console.log(ready === "never" ? "waiting for the licence server" : `foreign hub listens on ${port}`),
);
