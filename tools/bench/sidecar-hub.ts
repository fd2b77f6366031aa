import { type AddressInfo, type Socket, createServer } from "node:net";

/** About what an answer to an analysis is long. */
const result = JSON.stringify({
  jsonrpc: "2.0",
  id: 1,
  result: {
    content: [{ type: "text", text: JSON.stringify({ categories: ["memory"], reasoning: "x".repeat(350) }) }],
  },
});
const answer = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${result.length}\r\n`;
const event = "event: endpoint\ndata: /messages?sessionId=0b0e7c9a-6f0f-4df4-8d4c-6b6f0a7c9a11\n\n";
const stream =
  "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\n" +
  `transfer-encoding: chunked\r\n\r\n${event.length.toString(16)}\r\n${event}\r\n`;

/**
 * A hub that costs next to nothing, so that what is measured is what stands before it: written on sockets, it knows the two
 * requests that the load sends. Its port is one on all loopback addresses. Returns it.
 */
export async function startHub(): Promise<number> {
  const server = createServer({ noDelay: true }, (socket) => serve(socket));
  await new Promise<void>((resolve) => server.listen({ port: 0, host: "0.0.0.0", backlog: 4_096 }, resolve));
  return (server.address() as AddressInfo).port;
}

function serve(socket: Socket): void {
  let held = "";
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    held += chunk.toString("latin1");
    for (let end = requestEnd(held); end > 0; end = requestEnd(held)) {
      const request = held.slice(0, end);
      held = held.slice(end);
      if (request.startsWith("GET ")) socket.write(stream);
      else socket.write(request.includes('"initialize"') ? opening : `${answer}\r\n${result}`);
    }
  });
}

const opening = `${answer}mcp-session-id: 5f4dcc3b-5aa7-65d6-1d83-27deb882cf99\r\n\r\n${result}`;

/** Index after the first whole request; 0 while there is none. */
function requestEnd(text: string): number {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return 0;
  const fields = text.slice(0, head).toLowerCase();
  const length = /\r\ncontent-length: *(\d+)/.exec(fields);
  if (length) {
    const end = head + 4 + Number(length[1]);
    return text.length >= end ? end : 0;
  }
  if (!fields.includes("\r\ntransfer-encoding: chunked")) return head + 4;
  const last = text.indexOf("0\r\n\r\n", head + 4);
  return last < 0 ? 0 : last + 5;
}
