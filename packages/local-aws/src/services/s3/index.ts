import type { ServerSideEncryptionConfiguration } from "@aws-sdk/client-s3";
import { AwsError } from "../../error.ts";
import { region } from "../../names.ts";
import type { Handler, Service } from "../../service.ts";

/** A bucket's settings by kind, each the member that was put. */
type Bucket = Map<string, unknown>;
type Named = { readonly Bucket?: string } & Readonly<Record<string, unknown>>;

/** Settings of a bucket: operations, the member that holds the document, and the error where there is none. */
const settings = [
  ["BucketPolicy", "Policy", "NoSuchBucketPolicy"],
  ["PublicAccessBlock", "PublicAccessBlockConfiguration", "NoSuchPublicAccessBlockConfiguration"],
  ["BucketEncryption", "ServerSideEncryptionConfiguration", "ServerSideEncryptionConfigurationNotFoundError"],
] as const;

/** Simple Storage Service: buckets and their settings. No objects: nothing in the stack reads any. */
export function s3(): Service {
  const buckets = new Map<string, Bucket>();
  const find = ({ Bucket: name = "" }: Named): Bucket => {
    const found = buckets.get(name);
    if (found) return found;
    throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404);
  };
  const documents: Record<string, Handler> = {};
  const keep = (operation: string, kind: string, member: string, answered: string, none: string) => {
    documents[`Put${operation}`] = (input: Named) => {
      const of = find(input);
      const put = input[member] as Record<string, unknown> | string | undefined;
      of.set(kind, typeof put === "object" && answered !== member ? put[answered] : put);
      return {};
    };
    documents[`Get${operation}`] = (input: Named) => {
      const found = find(input).get(kind);
      if (found === undefined) throw new AwsError(none, `The ${kind} is not set`, 404);
      return { [answered]: found };
    };
  };
  const drop = (operation: string, kind: string) => {
    documents[operation] = (input: Named) => {
      find(input).delete(kind);
      return {};
    };
  };
  for (const [kind, member, none] of settings) {
    keep(kind, kind, member, member, none);
    drop(`Delete${kind}`, kind);
  }
  // These two are answered without the element that they were sent in.
  keep("BucketTagging", "BucketTagging", "Tagging", "TagSet", "NoSuchTagSet");
  drop("DeleteBucketTagging", "BucketTagging");
  const lifecycle = "BucketLifecycleConfiguration";
  keep(lifecycle, lifecycle, "LifecycleConfiguration", "Rules", "NoSuchLifecycleConfiguration");
  drop("DeleteBucketLifecycle", lifecycle);
  const lifecycleOf = documents[`Get${lifecycle}`] as Handler;
  return {
    signingName: "s3",
    protocol: "rest-xml",
    xmlNamespace: "http://s3.amazonaws.com/doc/2006-03-01/",
    shapes: () => import("@aws-sdk/client-s3"),
    firstLabel: "Bucket",
    handlers: {
      CreateBucket({ Bucket: name = "" }: Named) {
        if (buckets.has(name))
          throw new AwsError(
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
            409,
          );
        buckets.set(name, new Map());
        return { Location: `/${name}` };
      },
      HeadBucket(input: Named) {
        find(input);
        return { BucketRegion: region };
      },
      DeleteBucket(input: Named) {
        find(input);
        buckets.delete(input.Bucket ?? "");
        return {};
      },
      ListObjectVersions(input: Named) {
        find(input);
        return { Name: input.Bucket, IsTruncated: false };
      },
      ...documents,
      GetBucketLifecycleConfiguration: async (input: Named) => ({
        ...(await lifecycleOf(input as never, {} as never)),
        // What AWS takes where nothing is said.
        TransitionDefaultMinimumObjectSize: "all_storage_classes_128K",
      }),
      PutBucketEncryption(input: Named) {
        const { Rules = [] } = input[
          "ServerSideEncryptionConfiguration"
        ] as ServerSideEncryptionConfiguration;
        const whole = Rules.map((rule) => ({ BucketKeyEnabled: false, ...rule }));
        find(input).set("BucketEncryption", { Rules: whole });
        return {};
      },
    },
  };
}
