import { AwsError } from "../error.ts";
import type { Service } from "../service.ts";
import { fromJson, toJson } from "./json.ts";
import type { WireAnswer, WireRequest } from "./message.ts";
import { fromQuery } from "./query.ts";
import { fromRest, routeOf, toRest } from "./rest.ts";
import { type Operation, operationOf } from "./shape.ts";
import { escape, members } from "./xml.ts";

/** The operation a request asks for, and its input as the SDK's types have it. */
export async function decode(
  service: Service,
  request: WireRequest,
): Promise<{ operation: Operation; input: Record<string, unknown> }> {
  const shapes = await service.shapes();
  if (service.protocol === "rest-json" || service.protocol === "rest-xml") {
    const { first, rest } = withoutFirst(service, request);
    const { name, labels } = routeOf(shapes, Object.keys(service.handlers), rest);
    const operation = operationOf(shapes, name);
    return { operation, input: fromRest(operation, service.protocol, rest, { ...labels, ...first }) };
  }
  if (service.protocol === "json") {
    const operation = operationOf(
      shapes,
      String(request.headers["x-amz-target"] ?? "")
        .split(".")
        .at(-1) ?? "",
    );
    const body = request.body.length === 0 ? {} : parsed(request.body.toString("utf8"));
    return { operation, input: fromJson(operation.input, body) as Record<string, unknown> };
  }
  const body = request.body.toString("utf8");
  const name = new URLSearchParams(body).get("Action") ?? "";
  const operation = operationOf(shapes, name);
  return { operation, input: fromQuery(operation.input, body, service.protocol === "ec2") };
}

/** Takes the path's first part off where it is an input of its own: the bucket. */
function withoutFirst({ firstLabel }: Service, request: WireRequest) {
  if (firstLabel === undefined) return { first: {}, rest: request };
  const [, part = "", url = ""] = /^\/([^/?]*)(.*)$/.exec(request.url) ?? [];
  return {
    first: { [firstLabel]: decodeURIComponent(part) },
    rest: { ...request, url: url.startsWith("/") ? url : `/${url}` },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AwsError("SerializationException", `The body is not JSON: ${(error as Error).message}`);
  }
}

/** The output of an operation in the words of its service's protocol, status 200 unless the output's shape says another. */
export function encode(
  service: Service,
  operation: Operation,
  output: object,
  requestId: string,
): WireAnswer {
  const value = output as Record<string, unknown>;
  const headers = { "x-amzn-requestid": requestId };
  switch (service.protocol) {
    case "json": {
      const body = JSON.stringify(toJson(operation.output, value) ?? {});
      return { status: 200, headers: { ...headers, "content-type": "application/x-amz-json-1.1" }, body };
    }
    case "rest-json":
    case "rest-xml":
      return toRest(operation, service, value, requestId);
    case "query":
    case "ec2":
      return {
        status: 200,
        headers: { ...headers, "content-type": "text/xml" },
        body: document(service, operation, members(operation.output, value), requestId),
      };
    default:
      return service.protocol satisfies never;
  }
}

function document(service: Service, { name }: Operation, inner: string, requestId: string): string {
  const open = `<?xml version="1.0" encoding="UTF-8"?>\n<${name}Response xmlns="${service.xmlNamespace ?? ""}">`;
  return service.protocol === "ec2"
    ? `${open}<requestId>${requestId}</requestId>${inner}</${name}Response>`
    : `${open}<${name}Result>${inner}</${name}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${name}Response>`;
}

/** An error in the words of the protocol. */
export function encodeError(service: Service | null, error: AwsError, requestId: string): WireAnswer {
  const { code, message, status } = error;
  const headers = { "x-amzn-requestid": requestId };
  if (service === null || service.protocol === "json" || service.protocol === "rest-json")
    return {
      status,
      headers: { ...headers, "content-type": "application/x-amz-json-1.1", "x-amzn-errortype": code },
      body: JSON.stringify({ __type: code, message, Message: message, ...error.more }),
    };
  const side = status < 500 ? "Sender" : "Receiver";
  const inner = `<Code>${escape(code)}</Code><Message>${escape(message)}</Message>`;
  const id = `<RequestId>${requestId}</RequestId>`;
  const bodies: Record<"query" | "ec2" | "rest-xml", string> = {
    query: `<ErrorResponse xmlns="${service.xmlNamespace ?? ""}"><Error><Type>${side}</Type>${inner}</Error>${id}</ErrorResponse>`,
    ec2: `<Response><Errors><Error>${inner}</Error></Errors><RequestID>${requestId}</RequestID></Response>`,
    "rest-xml":
      service.signingName === "s3"
        ? `<Error>${inner}${id}</Error>`
        : `<ErrorResponse xmlns="${service.xmlNamespace ?? ""}"><Error><Type>${side}</Type>${inner}</Error>${id}</ErrorResponse>`,
  };
  return {
    status,
    headers: { ...headers, "content-type": "text/xml" },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n${bodies[service.protocol]}`,
  };
}
