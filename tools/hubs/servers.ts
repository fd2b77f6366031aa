import type { LoadAsked } from "../../rehearsal/scenarios/loads.ts";
import type { Wanted } from "./install.ts";

/** A server that people run, at one version, and what is known of it. */
export interface Server extends Wanted {
  /** What starts it in its folder, as its own docs have it; `{port}` stands for its port. */
  readonly command: readonly string[];
  /** What the doctor says of it. */
  readonly says: Says;
  /** The load that it bears; left out: the usual one. */
  readonly load?: LoadAsked;
  /** Why it can't be rehearsed yet, as the doctor says it; left out: it can. */
  readonly notYet?: string;
}

/** What of the doctor's findings goes into a stack's config. */
export interface Says {
  readonly transport: string;
  readonly mcpPath: string;
  /** Null: there is none. */
  readonly healthPath: string | null;
  readonly host: "public" | "loopback";
}

const everything = "@modelcontextprotocol/server-everything@2026.8.31";
const streamable = { transport: "streamable-http", mcpPath: "/mcp" } as const;

/** The servers that are rehearsed. Gateways have a server of the same registry behind them. */
export const servers: readonly Server[] = [
  {
    name: "mcp-hub",
    registry: "npm",
    packages: ["mcp-hub@4.2.1", everything],
    files: ["mcp-hub.json"],
    command: ["node_modules/.bin/mcp-hub", "--port", "{port}", "--config", "mcp-hub.json"],
    says: { transport: "sse", mcpPath: "/mcp", healthPath: "/api/health", host: "public" },
    load: { sessions: 6, rate: 6 },
  },
  {
    name: "server-everything",
    registry: "npm",
    packages: [everything],
    files: [],
    command: ["env", "PORT={port}", "node_modules/.bin/mcp-server-everything", "streamableHttp"],
    says: { ...streamable, healthPath: null, host: "public" },
    notYet: "no health path says that it is up",
  },
  {
    name: "supergateway",
    registry: "npm",
    packages: ["supergateway@4.0.0", everything],
    files: [],
    command: [
      "node_modules/.bin/supergateway",
      "--stdio",
      "node_modules/.bin/mcp-server-everything stdio",
      "--outputTransport",
      "streamableHttp",
      "--stateful",
      "--healthEndpoint",
      "/healthz",
      "--port",
      "{port}",
    ],
    says: { ...streamable, healthPath: "/healthz", host: "public" },
    // It starts a process for each session.
    load: { sessions: 6, rate: 6 },
  },
  {
    name: "mcp-proxy",
    registry: "npm",
    packages: ["mcp-proxy@6.7.19", everything],
    files: [],
    command: [
      "node_modules/.bin/mcp-proxy",
      "--port",
      "{port}",
      "--",
      "node_modules/.bin/mcp-server-everything",
      "stdio",
    ],
    says: { ...streamable, healthPath: "/ping", host: "public" },
  },
  {
    name: "python-mcp",
    registry: "PyPI",
    packages: ["mcp==2.3.0"],
    files: ["mcp_echo.py"],
    command: ["python/bin/python", "mcp_echo.py", "{port}"],
    says: { ...streamable, healthPath: "/health", host: "loopback" },
  },
  {
    name: "fastmcp",
    registry: "PyPI",
    packages: ["fastmcp==4.1.6"],
    files: ["fastmcp_echo.py"],
    command: ["python/bin/python", "fastmcp_echo.py", "{port}"],
    says: { ...streamable, healthPath: "/health", host: "public" },
  },
  {
    name: "python-mcp-proxy",
    registry: "PyPI",
    packages: ["mcp-proxy==0.13.0"],
    files: ["stdio_echo.py"],
    command: ["python/bin/mcp-proxy", "--port", "{port}", "python/bin/python", "stdio_echo.py"],
    says: { ...streamable, healthPath: "/status", host: "public" },
  },
  {
    name: "go-sdk",
    registry: "Go",
    packages: ["github.com/modelcontextprotocol/go-sdk@v1.8.0"],
    files: ["go.mod", "go.sum", "main.go"],
    command: ["./echo", "{port}"],
    says: { ...streamable, healthPath: "/health", host: "loopback" },
  },
];
