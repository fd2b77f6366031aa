/**
 * Whether a session is one of those of which every request has a line: one in `every`, a power of two. By its name alone, so that
 * neither how its requests end nor how many there are makes a difference, and whoever is one in eight is one in four as well.
 */
export function isChosen(session: string, every: number): boolean {
  return every === 1 || (hashOf(session) & (every - 1)) === 0;
}

/** FNV-1a of 32 bits, and the last step of MurmurHash3: names often differ in their last character alone. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
