import type { OpenIdConnectProviderArgs } from "@pulumi/aws/iam/openIdConnectProvider.js";
import { unlessGone } from "../aws-error.ts";
import { list, map, set, text } from "../fields.ts";
import { kind } from "../kind.ts";
import { tagList, tagListOrNone, tagMap } from "../tags.ts";

/** An OpenID Connect provider of the account, by its ARN. Clients and thumbprints change in place, the address does not. */
export const openIdConnectProvider = kind<OpenIdConnectProviderArgs>({
  type: "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  global: true,
  fields: { url: text, clientIdLists: set(text), thumbprintLists: list(text), tags: map },
  required: ["url", "clientIdLists"],
  forceNew: ["url"],
  gone: ["NoSuchEntity"],
  faults: ({ url }) =>
    url === undefined || url.startsWith("https://")
      ? []
      : [{ property: "url", reason: `${url} is not https://…` }],
  async create(tools, inputs) {
    const iam = await tools.aws.iam();
    const made = await iam.createOpenIDConnectProvider({
      Url: inputs.url,
      ClientIDList: inputs.clientIdLists,
      ThumbprintList: inputs.thumbprintLists,
      Tags: tagListOrNone(inputs.tags),
    });
    return made.OpenIDConnectProviderArn ?? "";
  },
  async read(tools, arn) {
    const iam = await tools.aws.iam();
    const ask = iam.getOpenIDConnectProvider({ OpenIDConnectProviderArn: arn });
    const live = await unlessGone(ask, "NoSuchEntity");
    if (live === undefined) return undefined;
    const url = live.Url ?? "";
    return {
      arn,
      // AWS answers it without the scheme
      url: url.startsWith("https://") ? url : `https://${url}`,
      clientIdLists: live.ClientIDList ?? [],
      thumbprintLists: live.ThumbprintList ?? [],
      tags: tagMap(live.Tags),
    };
  },
  async update(tools, arn, { inputs, oldInputs, changed }) {
    const iam = await tools.aws.iam();
    const OpenIDConnectProviderArn = arn;
    if (changed("thumbprintLists"))
      await iam.updateOpenIDConnectProviderThumbprint({
        OpenIDConnectProviderArn,
        ThumbprintList: inputs.thumbprintLists ?? [],
      });
    const [before, now] = [new Set(oldInputs.clientIdLists), new Set(inputs.clientIdLists)];
    for (const ClientID of now.difference(before))
      await iam.addClientIDToOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
    for (const ClientID of before.difference(now))
      await iam.removeClientIDFromOpenIDConnectProvider({ OpenIDConnectProviderArn, ClientID });
  },
  async retag(tools, state, put, removed) {
    const iam = await tools.aws.iam();
    const OpenIDConnectProviderArn = String(state.arn);
    if (removed.length > 0)
      await iam.untagOpenIDConnectProvider({ OpenIDConnectProviderArn, TagKeys: removed });
    if (Object.keys(put).length > 0)
      await iam.tagOpenIDConnectProvider({ OpenIDConnectProviderArn, Tags: tagList(put) });
  },
  async remove(tools, arn) {
    await (await tools.aws.iam()).deleteOpenIDConnectProvider({ OpenIDConnectProviderArn: arn });
  },
});
