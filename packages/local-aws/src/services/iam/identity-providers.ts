import type { Tag } from "@aws-sdk/client-iam";
import { AwsError } from "../../error.ts";
import type { Call, Handler } from "../../service.ts";
import { type State, iamArn, providerOf, tagging } from "./state.ts";

/** The operations on OpenID Connect providers, whose tokens roles may trust. */
export function identityProviders(state: State): Record<string, Handler> {
  const { tag, untag } = tagging(
    state,
    (input: { OpenIDConnectProviderArn?: string }) => input.OpenIDConnectProviderArn ?? "",
  );
  return {
    CreateOpenIDConnectProvider(
      input: { Url?: string; ClientIDList?: string[]; ThumbprintList?: string[]; Tags?: Tag[] },
      call: Call,
    ) {
      const url = (input.Url ?? "").replace("https://", "");
      const ref = iamArn(`oidc-provider/${url}`);
      if (state.providers.has(ref))
        throw new AwsError("EntityAlreadyExists", `Provider with url https://${url} already exists.`, 409);
      state.providers.set(ref, {
        url,
        clients: new Set(input.ClientIDList),
        thumbprints: input.ThumbprintList ?? [],
        created: new Date(call.now),
      });
      state.tags.set(ref, input.Tags);
      return { OpenIDConnectProviderArn: ref };
    },
    GetOpenIDConnectProvider(input: { OpenIDConnectProviderArn?: string }) {
      const { url, clients, thumbprints, created } = providerOf(state, input.OpenIDConnectProviderArn);
      return {
        Url: url,
        ClientIDList: [...clients],
        ThumbprintList: thumbprints,
        CreateDate: created,
        Tags: state.tags.list(input.OpenIDConnectProviderArn ?? ""),
      };
    },
    ListOpenIDConnectProviders: () => ({
      OpenIDConnectProviderList: [...state.providers.keys()].map((Arn) => ({ Arn })),
    }),
    AddClientIDToOpenIDConnectProvider(input: { OpenIDConnectProviderArn?: string; ClientID?: string }) {
      providerOf(state, input.OpenIDConnectProviderArn).clients.add(input.ClientID ?? "");
      return {};
    },
    RemoveClientIDFromOpenIDConnectProvider(input: { OpenIDConnectProviderArn?: string; ClientID?: string }) {
      providerOf(state, input.OpenIDConnectProviderArn).clients.delete(input.ClientID ?? "");
      return {};
    },
    UpdateOpenIDConnectProviderThumbprint(input: {
      OpenIDConnectProviderArn?: string;
      ThumbprintList?: string[];
    }) {
      providerOf(state, input.OpenIDConnectProviderArn).thumbprints = input.ThumbprintList ?? [];
      return {};
    },
    DeleteOpenIDConnectProvider(input: { OpenIDConnectProviderArn?: string }) {
      state.providers.delete(input.OpenIDConnectProviderArn ?? "");
      return {};
    },
    TagOpenIDConnectProvider: tag,
    UntagOpenIDConnectProvider: untag,
  };
}
