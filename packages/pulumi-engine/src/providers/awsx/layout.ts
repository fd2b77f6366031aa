import { type Block, bitsFor, contains, nextBlock, parseBlock, sizeOf, writeBlock } from "./blocks.ts";

type SubnetType = "Public" | "Private" | "Isolated" | "Unused";

interface SubnetSpec {
  type: SubnetType;
  name?: string;
  cidrMask?: number;
  /** Number of addresses, a power of 2. */
  size?: number;
  /** One block for each zone. */
  cidrBlocks?: string[];
  tags?: Record<string, string>;
}

/** A VPC's range and how it is to be divided; without specs a private and a public subnet in each zone. */
export interface LayoutRequest {
  cidrBlock: string;
  /** Number of availability zones. */
  zones: number;
  zoneMask?: number;
  specs?: SubnetSpec[];
  /** Legacy groups private before public before isolated; Auto and Exact keep the order of the specs. */
  strategy?: "Legacy" | "Auto" | "Exact";
}

/** One subnet of a layout. */
export interface Subnet {
  type: SubnetType;
  /** Name inside the VPC, without the zone's number. */
  name: string;
  /** Index of the zone, from 0. */
  zone: number;
  cidrBlock: string;
  tags: Record<string, string>;
}

const order: readonly SubnetType[] = ["Private", "Public", "Isolated", "Unused"];

/** A larger private and a smaller public subnet: what awsx makes when nothing is said. */
const standard: SubnetSpec[] = [{ type: "Private" }, { type: "Public" }];

/** Every subnet of a VPC: its space is divided evenly between the zones, and in each zone between the specs. */
export function subnetLayout(request: LayoutRequest): Subnet[] {
  const whole = parseBlock(request.cidrBlock);
  const specs = sorted(request);
  const zoneMask = request.zoneMask ?? whole.mask + bitsFor(request.zones);
  const subnets: Subnet[] = [];
  for (let zone = 0; zone < request.zones; zone++) {
    const block = { start: whole.start + zone * sizeOf({ mask: zoneMask }), mask: zoneMask };
    if (!contains(whole, block))
      throw new Error(`${request.cidrBlock} has no room for ${request.zones} zones of /${zoneMask}`);
    subnets.push(...inZone(request, specs, zone, block));
  }
  return subnets.filter(({ type }) => type !== "Unused");
}

function sorted({ specs = standard, strategy = "Legacy" }: LayoutRequest): SubnetSpec[] {
  if (strategy !== "Legacy") return specs;
  return [...specs].sort((one, other) => order.indexOf(one.type) - order.indexOf(other.type));
}

function inZone(request: LayoutRequest, specs: SubnetSpec[], zone: number, block: Block): Subnet[] {
  let next = block.start;
  return specs.map((spec) => {
    const name = spec.name ?? spec.type.toLowerCase();
    const own = spec.cidrBlocks?.[zone];
    if (spec.cidrBlocks !== undefined && own === undefined)
      throw new Error(
        `subnetSpecs ${name}: cidrBlocks has ${spec.cidrBlocks.length} blocks for ${request.zones} zones`,
      );
    const given = own === undefined ? undefined : parseBlock(own);
    const taken = given ?? nextBlock(next, maskOf(request, specs, spec, block.mask));
    if (given === undefined && !contains(block, taken))
      throw new Error(
        `subnetSpecs ${name}: no room for a /${taken.mask} in zone ${zone + 1}'s ${writeBlock(block)}`,
      );
    next = taken.start + sizeOf(taken);
    return { type: spec.type, name, zone, cidrBlock: writeBlock(taken), tags: spec.tags ?? {} };
  });
}

function maskOf(request: LayoutRequest, specs: SubnetSpec[], spec: SubnetSpec, zoneMask: number): number {
  if (spec.cidrMask !== undefined) return spec.cidrMask;
  if (spec.size !== undefined) return 32 - Math.log2(spec.size);
  if (request.strategy === "Auto" || request.strategy === "Exact") return zoneMask + bitsFor(specs.length);
  // half a zone for what is private, a quarter for what is public, what is left for the rest
  return zoneMask + { Private: 1, Public: 2, Isolated: 3, Unused: 3 }[spec.type];
}
