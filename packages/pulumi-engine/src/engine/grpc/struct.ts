import structs from "google-protobuf/google/protobuf/struct_pb.js";
import type { PropertyMap, PropertyValue } from "../provider.ts";

type Struct = InstanceType<typeof structs.Struct>;
type Value = InstanceType<typeof structs.Value>;

/** Properties from the wire; none from a message that has none. Marks of secrets and unknown values stay in them. */
export function fromStruct(struct: Struct | undefined): PropertyMap {
  return struct?.toJavaScript() ?? {};
}

/** Properties for the wire. */
export function toStruct(map: PropertyMap): Struct {
  const struct = new structs.Struct();
  const fields = struct.getFieldsMap();
  // Providers in this process may leave a property undefined, which the wire has no form for.
  for (const [key, value] of Object.entries(map)) if (value !== undefined) fields.set(key, toValue(value));
  return struct;
}

function toValue(value: PropertyValue): Value {
  const wire = new structs.Value();
  if (value === null || value === undefined) wire.setNullValue(structs.NullValue.NULL_VALUE);
  else if (typeof value === "string") wire.setStringValue(value);
  else if (typeof value === "number") wire.setNumberValue(value);
  else if (typeof value === "boolean") wire.setBoolValue(value);
  else if (Array.isArray(value)) wire.setListValue(toList(value));
  else wire.setStructValue(toStruct(value));
  return wire;
}

function toList(values: PropertyValue[]): InstanceType<typeof structs.ListValue> {
  const list = new structs.ListValue();
  list.setValuesList(values.map(toValue));
  return list;
}
