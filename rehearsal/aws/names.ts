/** The one account and region of the local AWS. */
export const account = "123456789012";
export const region = "us-east-1";

export function arn(
  service: string,
  rest: string,
  where: { region?: string; account?: string } = {},
): string {
  return `arn:aws:${service}:${where.region ?? region}:${where.account ?? account}:${rest}`;
}

/** Hexadecimal identifiers as AWS hands them out. */
export class Ids {
  readonly #random: () => number;
  constructor(random: () => number) {
    this.#random = random;
  }
  hex(length: number): string {
    let text = "";
    while (text.length < length) text += Math.floor(this.#random() * 16).toString(16);
    return text;
  }
  uuid(): string {
    const h = this.hex(32);
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-4${h.slice(13, 16)}-a${h.slice(17, 20)}-${h.slice(20)}`;
  }
}
