import type { Wire } from "./http1/wire.ts";

/**
 * Forwards bytes in both directions until both sides have ended. When one side shuts down, the other
 * may continue; when one connection breaks, the other is closed. Each direction reads on only after
 * its last write, so that a slow reader slows the sender down.
 */
export async function tunnel(client: Wire, upstream: Wire): Promise<void> {
  // A side may break while the other one blocks in a read or a write.
  client.onRead = () => client.isBroken && upstream.close();
  upstream.onRead = () => upstream.isBroken && client.close();
  await Promise.all([pass(client, upstream), pass(upstream, client)]);
}

/** Forwards bytes in one direction until its source ends, then shuts down the other side. */
export async function pass(from: Wire, to: Wire): Promise<void> {
  try {
    do {
      // A read that was pending may bring more during a write, or end; so take what is written, not
      // what is there afterwards, and read again only when nothing is left.
      while (from.start < from.end) {
        const piece = from.buffer.subarray(from.start, from.end);
        await to.write(piece);
        from.start += piece.length;
        from.growIfFilled();
      }
    } while (await from.fill());
    if (from.isBroken) throw new Deno.errors.ConnectionReset("the other side was reset");
    await to.connection.closeWrite();
  } catch {
    from.close();
    to.close();
  }
}
