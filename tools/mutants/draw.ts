/** A sample of `count` of them, drawn without putting one back, in their own order; all of them where there are no more. */
export function draw<T>(all: readonly T[], count: number, random: () => number): T[] {
  const places = all.map((_, at) => at);
  for (let at = places.length - 1; at > 0; at--) {
    const other = Math.floor(random() * (at + 1));
    [places[at], places[other]] = [places[other] as number, places[at] as number];
  }
  const drawn = new Set(places.slice(0, count));
  return all.filter((_, at) => drawn.has(at));
}

/** A sample of `count` of all groups, the same share of each; what one lacks is made up for by those that have more. */
export function drawEvenly<T>(groups: readonly (readonly T[])[], count: number, random: () => number): T[] {
  const smallestFirst = groups.toSorted((a, b) => a.length - b.length);
  const drawn: T[] = [];
  for (const [at, group] of smallestFirst.entries())
    drawn.push(...draw(group, Math.ceil((count - drawn.length) / (groups.length - at)), random));
  return drawn;
}
