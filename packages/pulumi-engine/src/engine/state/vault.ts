import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { isMap, isSecret } from "../properties.ts";
import { SECRET_SIGNATURE, SIGNATURE_KEY, type PropertyMap, type PropertyValue } from "../provider.ts";

const ALGORITHM = "aes-256-gcm";

/**
 * Keeps secrets out of the state file: each is stored under Pulumi's signature with a `ciphertext` in place of its value
 * (AES-256-GCM, 96-bit nonce). The key lies in a file of its own beside the state, readable by its owner only.
 */
export class Vault {
  readonly #keyFile: string;
  #key: Buffer | undefined;
  /** A value that did not change keeps its ciphertext, so an unchanged run leaves the file as it was. */
  readonly #sealed = new WeakMap<PropertyMap, string>();

  constructor(keyFile: string) {
    this.#keyFile = keyFile;
  }

  seal(value: PropertyValue): PropertyValue {
    if (isSecret(value)) return { [SIGNATURE_KEY]: SECRET_SIGNATURE, ciphertext: this.#ciphertext(value) };
    if (Array.isArray(value)) return value.map((element) => this.seal(element));
    return isMap(value) ? this.sealMap(value) : value;
  }

  sealMap(map: PropertyMap): PropertyMap {
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, this.seal(value)]));
  }

  open(value: PropertyValue): PropertyValue {
    if (Array.isArray(value)) return value.map((element) => this.open(element));
    if (!isMap(value)) return value;
    const ciphertext = value["ciphertext"];
    if (value[SIGNATURE_KEY] !== SECRET_SIGNATURE || typeof ciphertext !== "string")
      return this.openMap(value);
    const opened = { [SIGNATURE_KEY]: SECRET_SIGNATURE, value: this.#plaintext(ciphertext) };
    this.#sealed.set(opened, ciphertext);
    return opened;
  }

  openMap(map: PropertyMap): PropertyMap {
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, this.open(value)]));
  }

  #ciphertext(marked: PropertyMap & { value: PropertyValue }): string {
    const known = this.#sealed.get(marked);
    if (known !== undefined) return known;
    const nonce = randomBytes(12);
    const cipher = createCipheriv(ALGORITHM, this.#ownKey(), nonce);
    const body = Buffer.concat([
      cipher.update(JSON.stringify(marked.value)),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    const text = `v1:${nonce.toString("base64")}:${body.toString("base64")}`;
    this.#sealed.set(marked, text);
    return text;
  }

  #plaintext(text: string): PropertyValue {
    const [version, nonce, body] = text.split(":");
    if (version !== "v1" || !nonce || !body)
      throw new Error("The state holds a secret in a form that is not known here.");
    const bytes = Buffer.from(body, "base64");
    try {
      const decipher = createDecipheriv(
        ALGORITHM,
        this.#key ?? this.#readKey(),
        Buffer.from(nonce, "base64"),
      );
      decipher.setAuthTag(bytes.subarray(-16));
      const plaintext = Buffer.concat([decipher.update(bytes.subarray(0, -16)), decipher.final()]);
      return JSON.parse(plaintext.toString()) as PropertyValue;
    } catch (cause) {
      throw new Error(
        `A secret in the state cannot be decrypted with the key in ${this.#keyFile}; put back the key file that was written beside the state.`,
        { cause },
      );
    }
  }

  #readKey(): Buffer {
    this.#key = Buffer.from(readFileSync(this.#keyFile, "utf8").trim(), "base64");
    return this.#key;
  }

  #ownKey(): Buffer {
    if (this.#key) return this.#key;
    try {
      return this.#readKey();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
    this.#key = randomBytes(32);
    writeFileSync(this.#keyFile, `${this.#key.toString("base64")}\n`, {
      mode: 0o600,
      flag: "wx",
      flush: true,
    });
    return this.#key;
  }
}
