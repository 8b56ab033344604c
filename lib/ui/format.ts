/** Stands for a value that is unknown or does not exist. */
export const NOTHING = "–";

/** Formats bytes with a binary unit, such as `43.1 MiB`. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return NOTHING;
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes * 1.0001)) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(value < 100 ? 1 : 0)} ${units[power]}`;
}

/** Formats a number of events in a second, such as `12/s` or `0.3/s`. */
export function formatRate(perS: number | undefined): string {
  if (perS === undefined) return NOTHING;
  return `${perS >= 9.95 ? formatCount(Math.round(perS)) : String(Math.round(perS * 10) / 10)}/s`;
}

/** Formats milliseconds of a latency, such as `0.4 ms`, `35 ms` or `1.2 s`. */
export function formatLatency(ms: number | undefined): string {
  if (ms === undefined) return NOTHING;
  if (ms >= 995) return `${(ms / 1000).toFixed(ms < 9_950 ? 1 : 0)} s`;
  return `${ms >= 9.95 ? Math.round(ms) : ms.toFixed(1)} ms`;
}

/** Formats a share of one core, such as `12.5%`. */
export function formatShare(share: number | undefined): string {
  if (share === undefined) return NOTHING;
  const percent = share * 100;
  return `${percent >= 9.95 ? Math.round(percent) : percent.toFixed(1)}%`;
}

/** Formats milliseconds in the two largest units, such as `1 h 2 min`. */
export function formatDuration(ms: number | null): string {
  if (ms === null) return NOTHING;
  const seconds = Math.floor(ms / 1000);
  const [minutes, hours, days] = [60, 3_600, 86_400].map((unit) => Math.floor(seconds / unit));
  if (days! > 0) return `${days} d ${hours! % 24} h`;
  if (hours! > 0) return `${hours} h ${minutes! % 60} min`;
  if (minutes! > 0) return `${minutes} min ${seconds % 60} s`;
  return ms > 0 && seconds < 10 ? `${(ms / 1000).toFixed(1)} s` : `${seconds} s`;
}

/** Formats a whole number with separators, such as `12,345`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en");
}

/** Formats an ISO 8601 time in UTC to the second, such as `2026-01-31 09:15:00 UTC`. */
export function formatTime(iso: string | null): string {
  return iso === null ? NOTHING : `${iso.slice(0, 19).replace("T", " ")} UTC`;
}
