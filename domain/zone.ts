/** Whether a zone of Route 53 is named by its id, and not by its name. */
export const isZoneId = (zone: string): boolean => /^Z[A-Z0-9]+$/.test(zone);

/** Whether a name may stand in a zone; of one that is named by its id nobody knows it here. */
export function isInZone(name: string, zone: string): boolean {
  const plain = (text: string) => text.toLowerCase().replace(/\.$/, "");
  return isZoneId(zone) || plain(name) === plain(zone) || plain(name).endsWith(`.${plain(zone)}`);
}
