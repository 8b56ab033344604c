/** Memory that a start may come to take; Deno alone takes a quarter of it. */
const BYTES_FOR_EACH = 128 * 1024 ** 2;

/** A start waits for the disk and the kernel about as long as it computes. */
const STARTS_FOR_EACH_CORE = 2;

/** How many instances start at a time, so that the machine stays usable; at least one. */
export function startsAtOnce(
  { cores, availableBytes }: { readonly cores: number; readonly availableBytes: number },
): number {
  const byMemory = Math.floor(availableBytes / BYTES_FOR_EACH);
  return Math.max(1, Math.min(cores * STARTS_FOR_EACH_CORE, byMemory));
}
