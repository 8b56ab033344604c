/** Number of ports to try after the wanted one. */
const ATTEMPTS = 100;

/** Highest port. */
const LAST = 65_535;

/**
 * Listens on a port, or on the next free one. `listen` throws {@linkcode Deno.errors.AddrInUse} if a
 * port is in use.
 *
 * @throws {Deno.errors.AddrInUse} if 100 ports in a row are in use
 */
export function listenNearby<Listening>(
  port: number,
  listen: (port: number) => Listening,
): Listening {
  for (let tried = 0;; tried++) {
    try {
      return listen(port + tried);
    } catch (error) {
      const isLast = port === 0 || tried >= ATTEMPTS || port + tried >= LAST;
      if (isLast || !(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
