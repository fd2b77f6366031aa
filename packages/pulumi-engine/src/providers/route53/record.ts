import type { Change, ChangeAction, ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { RecordArgs } from "@pulumi/aws/route53/record.js";
import { unlessGone } from "../aws-error.ts";
import { flag, list, number, object, set, text, type Values } from "../fields.ts";
import { awaited, kind, type Plain, type Tools } from "../kind.ts";

const withDot = (name: string) => (name.endsWith(".") ? name : `${name}.`);
const withoutDot = (name: string) => name.replace(/\.$/, "");
/** Route 53 writes a star as its octal code. */
const unescaped = (name: string) => name.replace(/\\052/g, "*");

/** A name inside the zone may be given without the zone's own name. */
async function fullName(tools: Tools, zoneId: string, name: string): Promise<string> {
  const { HostedZone } = await (await tools.aws.route53()).getHostedZone({ Id: zoneId });
  const zone = withoutDot(HostedZone?.Name ?? "");
  const bare = withoutDot(name).toLowerCase();
  return bare === zone || bare.endsWith(`.${zone}`) ? bare : bare === "" ? zone : `${bare}.${zone}`;
}

const recordSet = (inputs: Plain<RecordArgs>, name: string): ResourceRecordSet => {
  const [alias] = inputs.aliases ?? [];
  return {
    Name: name,
    Type: inputs.type as "A",
    TTL: alias === undefined ? inputs.ttl : undefined,
    SetIdentifier: inputs.setIdentifier,
    ResourceRecords:
      alias === undefined
        ? inputs.records?.map((Value) => ({ Value: quoted(inputs.type, Value) }))
        : undefined,
    AliasTarget: alias && {
      DNSName: alias.name,
      HostedZoneId: alias.zoneId,
      EvaluateTargetHealth: alias.evaluateTargetHealth,
    },
  };
};

const quoted = (type: string, value: string) =>
  (type === "TXT" || type === "SPF") && !value.startsWith('"') ? `"${value}"` : value;

async function change(
  tools: Tools,
  zoneId: string,
  Action: ChangeAction,
  set: ResourceRecordSet,
): Promise<void> {
  const route53 = await tools.aws.route53();
  const Changes: Change[] = [{ Action, ResourceRecordSet: set }];
  const answer = await route53.changeResourceRecordSets({ HostedZoneId: zoneId, ChangeBatch: { Changes } });
  const Id = answer.ChangeInfo?.Id;
  if (Id === undefined || answer.ChangeInfo?.Status === "INSYNC") return;
  await awaited(
    tools,
    async () => ((await route53.getChange({ Id })).ChangeInfo?.Status === "INSYNC" ? true : undefined),
    () => `the change of ${set.Name} did not reach all name servers within 30 minutes`,
    1_800_000,
  );
}

async function found(tools: Tools, zoneId: string, fqdn: string, type: string) {
  const route53 = await tools.aws.route53();
  const answer = await unlessGone(
    route53.listResourceRecordSets({
      HostedZoneId: zoneId,
      StartRecordName: fqdn,
      StartRecordType: type as "A",
      MaxItems: 1,
    }),
    "NoSuchHostedZone",
  );
  return answer?.ResourceRecordSets?.find(
    ({ Name, Type }) => Type === type && unescaped(Name ?? "").toLowerCase() === withDot(fqdn),
  );
}

/**
 * A record set of a zone; its id is `ZONE_NAME_TYPE`. Exactly one of `records` and `aliases`. One that is there already fails
 * the step, unless `allowOverwrite` takes it over.
 */
export const record = kind<RecordArgs>({
  type: "aws:route53/record:Record",
  global: true,
  fields: {
    zoneId: text,
    name: text,
    type: text,
    ttl: number,
    records: set(text),
    aliases: list(
      object({ name: text, zoneId: text, evaluateTargetHealth: flag }, [
        "name",
        "zoneId",
        "evaluateTargetHealth",
      ]),
    ),
    setIdentifier: text,
    allowOverwrite: flag,
  },
  required: ["name", "type", "zoneId"],
  forceNew: ["zoneId", "name", "type", "setIdentifier"],
  gone: ["NoSuchHostedZone"],
  faults: ({ records, aliases }) =>
    (records === undefined) === (aliases === undefined)
      ? [{ property: "records", reason: "one of records and aliases is needed, not both" }]
      : [],
  async create(tools, inputs) {
    const fqdn = await fullName(tools, inputs.zoneId, inputs.name);
    await change(
      tools,
      inputs.zoneId,
      inputs.allowOverwrite === true ? "UPSERT" : "CREATE",
      recordSet(inputs, fqdn),
    );
    return [inputs.zoneId, fqdn, inputs.type, inputs.setIdentifier]
      .filter((part) => part !== undefined)
      .join("_");
  },
  async read(tools, _id, state) {
    const zoneId = String(state.zoneId);
    const fqdn = await fullName(tools, zoneId, String(state.name)).catch(() =>
      String(state.fqdn ?? state.name),
    );
    const live = await found(tools, zoneId, fqdn, String(state.type));
    if (live === undefined) return undefined;
    const alias = live.AliasTarget;
    return {
      fqdn,
      // as the program wrote it: with or without the zone's name
      name: state.name,
      type: live.Type,
      zoneId,
      ttl: live.TTL,
      records: live.ResourceRecords?.length
        ? live.ResourceRecords.map(({ Value }) => unquoted(Value))
        : undefined,
      aliases: alias && [
        {
          name: withoutDot(alias.DNSName ?? ""),
          zoneId: alias.HostedZoneId,
          evaluateTargetHealth: alias.EvaluateTargetHealth,
        },
      ],
    };
  },
  async update(tools, _id, { inputs, state }) {
    await change(tools, inputs.zoneId, "UPSERT", recordSet(inputs, String(state.fqdn)));
  },
  async remove(tools, _id, state: Values) {
    const zoneId = String(state.zoneId);
    // what is deleted must be named exactly as it is live
    const live = await found(tools, zoneId, String(state.fqdn), String(state.type));
    if (live !== undefined) await change(tools, zoneId, "DELETE", live);
  },
});

const unquoted = (value: string | undefined) => value?.replace(/^"(.*)"$/, "$1");
