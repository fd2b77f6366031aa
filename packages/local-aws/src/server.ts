import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "./clock.ts";
import { AwsError } from "./error.ts";
import type { Faults } from "./faults.ts";
import type { WireAnswer, WireRequest } from "./protocol/message.ts";
import { decode, encode, encodeError } from "./protocol/wire.ts";
import type { Service } from "./service.ts";

/** A call, told before it is done and after. */
export interface CallEvent {
  readonly when: "before" | "after";
  readonly service: string;
  readonly operation: string;
  /** Access key that the call was signed with. */
  readonly signer: string;
  readonly input: Readonly<Record<string, unknown>>;
  /** Code of the error that it ended with; null for none. Only afterwards. */
  readonly error: string | null;
  /** What it answered; null for an error. Only afterwards. */
  readonly output: object | null;
}

/** A handler of plain HTTP requests that are no AWS calls: the task metadata and agent endpoints. Null: not its path. */
export type SideDoor = (request: WireRequest) => Promise<WireAnswer | null>;

/** What an endpoint serves and whom it tells; port 0 takes a free one. */
export interface EndpointOptions {
  readonly services: readonly Service[];
  readonly clock: Clock;
  readonly random: () => number;
  readonly faults: Faults;
  readonly sideDoors: readonly SideDoor[];
  readonly onCall: (event: CallEvent) => void;
  /** A defect in a handler: it answers 500, and this hears why. */
  readonly onDefect: (error: Error, operation: string) => void;
  readonly port: number;
}

const largestBody = 64 * 1024 * 1024;

/** The one HTTP endpoint of all services. Which service is meant stands in the signature's scope. */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #services: Map<string, Service>;
  readonly #server: Server;

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#services = new Map(options.services.map((service) => [service.signingName, service]));
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.keepAliveTimeout = 60_000;
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#options.port, "127.0.0.1", resolve);
    });
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const wire = await read(request);
      const answer = (await this.#sideDoor(wire)) ?? (await this.#answer(wire));
      response.writeHead(answer.status, {
        ...answer.headers,
        "content-length": Buffer.byteLength(answer.body),
      });
      response.end(request.method === "HEAD" ? undefined : answer.body);
    } catch (error) {
      this.#options.onDefect(error as Error, request.url ?? "");
      response.writeHead(500).end();
    }
  }

  async #sideDoor(wire: WireRequest): Promise<WireAnswer | null> {
    for (const door of this.#options.sideDoors) {
      const answer = await door(wire);
      if (answer) return answer;
    }
    return null;
  }

  async #answer(wire: WireRequest): Promise<WireAnswer> {
    const { random, onDefect } = this.#options;
    const requestId = Math.floor(random() * 2 ** 48)
      .toString(16)
      .padStart(12, "0");
    const service = this.#services.get(scopeOf(wire)) ?? null;
    if (service === null)
      return encodeError(
        null,
        new AwsError(
          "UnknownService",
          `${scopeOf(wire) || "An unsigned call"} is not part of the local AWS.`,
        ),
        requestId,
      );
    let name = "a call";
    try {
      const { operation, input } = await decode(service, wire);
      name = operation.name;
      const output = await this.#call(service, name, input, { requestId, signer: signerOf(wire) });
      return encode(service, operation, output, requestId);
    } catch (error) {
      if (error instanceof AwsError) return encodeError(service, error, requestId);
      onDefect(error as Error, `${service.signingName}.${name}`);
      return encodeError(
        service,
        new AwsError("InternalFailure", `${name}: ${(error as Error).message}`, 500),
        requestId,
      );
    }
  }

  async #call(
    service: Service,
    operation: string,
    input: Record<string, unknown>,
    { requestId, signer }: { requestId: string; signer: string },
  ): Promise<object> {
    const { faults, clock, onCall } = this.#options;
    const about = { service: service.signingName, operation, signer, input };
    onCall({ ...about, when: "before", error: null, output: null });
    try {
      const output = await faults.around(service.signingName, operation, async () => {
        const handler = service.handlers[operation];
        if (!handler)
          throw new AwsError("UnknownOperationException", `${operation} is not part of the local AWS.`);
        return handler(input as never, {
          service: service.signingName,
          operation,
          now: clock.now(),
          requestId,
        });
      });
      onCall({ ...about, when: "after", error: null, output: output ?? {} });
      return output ?? {};
    } catch (error) {
      onCall({
        ...about,
        when: "after",
        error: error instanceof AwsError ? error.code : "InternalFailure",
        output: null,
      });
      throw error;
    }
  }
}

/** `…Credential=KEY/20260101/us-east-1/ecs/aws4_request…` names the service. */
function scopeOf({ headers }: WireRequest): string {
  return (
    /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\/aws4_request/.exec(String(headers["authorization"] ?? ""))?.[1] ??
    ""
  );
}

const signerOf = ({ headers }: WireRequest): string =>
  /Credential=([^/]+)\//.exec(String(headers["authorization"] ?? ""))?.[1] ?? "";

async function read(request: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new Error(`a body above ${largestBody} bytes`);
    chunks.push(chunk);
  }
  return {
    method: request.method ?? "GET",
    url: request.url ?? "/",
    headers: request.headers,
    body: Buffer.concat(chunks),
  };
}
