/** Writes a time (ISO 8601) as people read it: `2026-03-01 08:00:00 UTC`. */
export function utc(iso: string): string {
  return `${iso.slice(0, 19).replace('T', ' ')} UTC`;
}
