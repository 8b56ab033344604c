/**
 * Formats milliseconds in the two largest units.
 *
 * @example
 * ```ts
 * import { formatDuration } from "./units.ts";
 * formatDuration(3_725_000); // "1h2m"
 * ```
 */
export function formatDuration(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [minutes, hours, days] = [60, 3_600, 86_400].map((unit) => Math.floor(seconds / unit));
  if (days! > 0) return `${days}d${hours! % 24}h`;
  if (hours! > 0) return `${hours}h${minutes! % 60}m`;
  if (minutes! > 0) return `${minutes}m${seconds % 60}s`;
  return `${seconds}s`;
}

/** Formats bytes with a binary unit, such as `43.1MiB`. */
export function formatBytes(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes * 1.0001)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)}${units[power]}`;
}

/** Formats a share of one core, such as `12.5%`; several cores can exceed `100%`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  return `${percent >= 99.95 ? Math.round(percent) : percent.toFixed(1)}%`;
}
