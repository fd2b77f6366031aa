import { unlessGone } from "../aws-error.ts";
import type { Field, Values } from "../fields.ts";
import { kind, type KindSpec, patiently, type Plain, type Tools } from "../kind.ts";

/** What a bucket's setting is: one document under the bucket's name, put, got and deleted as a whole. */
interface Setting<A> {
  type: string;
  fields: { [K in keyof A]?: Field };
  required: readonly (keyof A & string)[];
  defaults?: Partial<{ [K in keyof A]: unknown }>;
  put: (tools: Tools, bucket: string, inputs: A) => Promise<unknown>;
  get: (tools: Tools, bucket: string) => Promise<Values | undefined>;
  drop: (tools: Tools, bucket: string) => Promise<unknown>;
  absent: readonly string[];
}

/** A kind of resource that is one setting of a bucket. */
export function setting<Args extends { bucket: unknown }>(of: Setting<Plain<Args>>) {
  const put = async (tools: Tools, bucket: string, inputs: Plain<Args>): Promise<void> => {
    // another setting of the same bucket may be on its way
    await patiently(
      tools,
      ["OperationAborted", "NoSuchBucket"],
      () => of.put(tools, bucket, inputs),
      tools.pollMs * 20,
    );
  };
  const spec: KindSpec<Plain<Args>> = {
    type: of.type,
    fields: of.fields,
    required: of.required,
    forceNew: ["bucket"] as unknown as readonly (keyof Plain<Args> & string)[],
    ...(of.defaults === undefined ? {} : { defaults: of.defaults }),
    gone: ["NoSuchBucket", ...of.absent],
    async create(tools, inputs) {
      const bucket = String((inputs as { bucket: unknown }).bucket);
      await put(tools, bucket, inputs);
      return bucket;
    },
    async read(tools, id) {
      const live = await unlessGone(of.get(tools, id), "NoSuchBucket", "NotFound", ...of.absent);
      return live && { bucket: id, ...live };
    },
    async update(tools, id, { inputs }) {
      await put(tools, id, inputs);
    },
    async remove(tools, id) {
      await of.drop(tools, id);
    },
  };
  return kind<Args>(spec);
}
