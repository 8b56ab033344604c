import type { Wire } from "./http1/wire.ts";

/**
 * Passes bytes both ways until both sides have ended. One side's end is passed on as such, and the
 * other may go on; a broken connection breaks the other. Each way reads on only once what it read
 * before was taken.
 */
export async function tunnel(client: Wire, upstream: Wire): Promise<void> {
  // A side may break, or be closed by its owner, while the other takes nothing or says nothing.
  client.onRead = () => client.isBroken && upstream.close();
  upstream.onRead = () => upstream.isBroken && client.close();
  await Promise.all([pass(client, upstream), pass(upstream, client)]);
}

/** Passes bytes one way until that side ends, and then its end. */
export async function pass(from: Wire, to: Wire): Promise<void> {
  try {
    do {
      if (from.start < from.end) {
        const piece = from.buffer.subarray(from.start, from.end);
        await to.write(piece);
        from.start = from.end;
        from.growIfFilled();
      }
    } while (await from.fill());
    if (from.isBroken) throw new Deno.errors.ConnectionReset("the other side broke off");
    await to.connection.closeWrite();
  } catch {
    from.close();
    to.close();
  }
}
