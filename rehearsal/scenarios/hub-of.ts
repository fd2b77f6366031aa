import { hubDefaults } from "../../domain/hub.ts";
import { type KnownHub, sampleTools } from "../clients/asks.ts";
import { isOrWraps } from "../faulty/image.ts";
import { sampleImage } from "../stage/config.ts";

/** The hub's facts as the stack config has them, and what its clients know of it. */
export function hubOf(config: Readonly<Record<string, unknown>>) {
  const given = (config["hub"] ?? {}) as Partial<{
    mcpPath: string;
    transport: "sse" | "streamable-http";
    tool: string;
    toolArguments: Record<string, unknown>;
  }>;
  const { image } = config["blue"] as { image: string };
  const others: KnownHub["others"] = isOrWraps(image, sampleImage) ? sampleTools : {};
  return {
    mcpPath: given.mcpPath ?? hubDefaults.mcpPath,
    transport: given.transport ?? hubDefaults.transport,
    tool: given.tool ?? hubDefaults.tool,
    toolArguments: given.toolArguments ?? hubDefaults.toolArguments,
    others,
  } as const;
}
