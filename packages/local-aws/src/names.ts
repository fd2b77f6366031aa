/** The one account of the local AWS. */
export const account = "123456789012";
/** Its one region. */
export const region = "us-east-1";
/** What functions sign their calls with: credentials of their own, as a role's are. */
export const functionKey = "ASIALOCALFUNCTION";
/** What tasks sign their calls with: their role's, too. */
export const taskKey = "ASIALOCALTASK";
const partition = "aws";

/** An ARN in the local account and region unless `where` names others; services that are global leave a field empty. */
export function arn(
  service: string,
  rest: string,
  where: { region?: string; account?: string } = {},
): string {
  return `arn:${partition}:${service}:${where.region ?? region}:${where.account ?? account}:${rest}`;
}

const hexadecimal = "0123456789abcdef";
/** The ten digits, an alphabet for `Ids.of`. */
export const digits = "0123456789";
/** Digits and small letters, an alphabet for `Ids.of`. */
export const lower = `${digits}abcdefghijklmnopqrstuvwxyz`;
/** Digits and letters, an alphabet for `Ids.of`. */
export const letters = `${lower}ABCDEFGHIJKLMNOPQRSTUVWXYZ`;

/** Identifiers as AWS hands them out. */
export class Ids {
  readonly #random: () => number;
  constructor(random: () => number) {
    this.#random = random;
  }
  hex(length: number): string {
    return this.of(hexadecimal, length);
  }
  /** So many characters of an alphabet. */
  of(alphabet: string, length: number): string {
    let text = "";
    while (text.length < length) text += alphabet[Math.floor(this.#random() * alphabet.length)];
    return text;
  }
  uuid(): string {
    const h = this.hex(32);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
  }
}
