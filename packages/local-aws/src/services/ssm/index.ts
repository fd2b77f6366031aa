import type { DescribeParametersCommandInput, PutParameterCommandInput } from "@aws-sdk/client-ssm";
import { AwsError } from "../../error.ts";
import { arn } from "../../names.ts";
import type { Call, Service } from "../../service.ts";

interface Parameter {
  readonly name: string;
  readonly type: "String" | "StringList" | "SecureString";
  readonly value: string;
  readonly version: number;
  readonly changed: Date;
}

interface ParameterStore extends Service {
  /** Value by name or ARN, decrypted. Throws when there is none. */
  value(ref: string): string;
}

/** Systems Manager's parameters. Values stay in memory and are never logged. */
export function parameterStore(): ParameterStore {
  const parameters = new Map<string, Parameter>();
  const find = (ref: string) =>
    parameters.get(ref) ?? [...parameters.values()].find(({ name }) => arnOf(name) === ref);
  const named = (ref: string): Parameter => {
    const found = find(ref);
    if (!found) throw new AwsError("ParameterNotFound", `Parameter ${ref} not found.`);
    return found;
  };
  return {
    signingName: "ssm",
    protocol: "json",
    shapes: () => import("@aws-sdk/client-ssm"),
    value: (ref) => named(ref).value,
    handlers: {
      PutParameter(input: PutParameterCommandInput, call: Call) {
        const { Name: name = "", Value: value = "" } = input;
        const before = parameters.get(name);
        if (before && input.Overwrite !== true)
          throw new AwsError(
            "ParameterAlreadyExists",
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.",
          );
        const type = input.Type ?? before?.type;
        if (type === undefined)
          throw new AwsError(
            "ValidationException",
            "A parameter type is required when you create a parameter.",
          );
        const version = (before?.version ?? 0) + 1;
        parameters.set(name, { name, type, value, version, changed: new Date(call.now) });
        return { Version: version, Tier: "Standard" };
      },
      GetParameter({ Name = "", WithDecryption }: { Name?: string; WithDecryption?: boolean }) {
        return { Parameter: shown(named(Name), WithDecryption === true) };
      },
      GetParameters({ Names = [], WithDecryption }: { Names?: string[]; WithDecryption?: boolean }) {
        const found = Names.map((name) => find(name)).filter((one) => one !== undefined);
        return {
          Parameters: found.map((one) => shown(one, WithDecryption === true)),
          InvalidParameters: Names.filter((name) => !find(name)),
        };
      },
      DescribeParameters({ ParameterFilters = [] }: DescribeParametersCommandInput) {
        const unknown = ParameterFilters.find(
          ({ Key, Option = "Equals" }) => Key !== "Name" || Option !== "Equals",
        );
        if (unknown)
          throw new AwsError("InvalidFilterKey", "This account filters parameters by equal names only.");
        const matching = [...parameters.values()].filter(({ name }) =>
          ParameterFilters.every(({ Values = [] }) => Values.includes(name)),
        );
        return { Parameters: matching.map(described) };
      },
      DeleteParameter({ Name = "" }: { Name?: string }) {
        parameters.delete(named(Name).name);
        return {};
      },
    },
  };
}

/** A name in a hierarchy begins with the slash that others get. */
const arnOf = (name: string) => arn("ssm", `parameter${name.startsWith("/") ? "" : "/"}${name}`);

/** A parameter as it is answered. What is encrypted shows nothing of itself unless decryption was asked for. */
function shown({ name, type, value, version, changed }: Parameter, decrypted: boolean): object {
  return {
    Name: name,
    Type: type,
    Value: type === "SecureString" && !decrypted ? "encrypted" : value,
    Version: version,
    LastModifiedDate: changed,
    ARN: arnOf(name),
    DataType: "text",
  };
}

/** A parameter as a list shows it: without its value. */
function described({ name, type, version, changed }: Parameter): object {
  return {
    Name: name,
    ARN: arnOf(name),
    Type: type,
    ...(type === "SecureString" ? { KeyId: "alias/aws/ssm" } : {}),
    LastModifiedDate: changed,
    Version: version,
    Tier: "Standard",
    Policies: [],
    DataType: "text",
  };
}
