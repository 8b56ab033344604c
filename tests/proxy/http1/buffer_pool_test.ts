import { equal, notEqual } from "node:assert/strict";
import { BodyReader } from "../../../lib/proxy/http1/body_reader.ts";
import { BufferPool } from "../../../lib/proxy/http1/buffer_pool.ts";
import { type Connection, Wire } from "../../../lib/proxy/http1/wire.ts";

Deno.test("BufferPool gives each buffer to one user at a time, by its size", () => {
  const pool = new BufferPool(100);
  const [first, other] = [pool.take(10), pool.take(10)];
  notEqual(first, other);
  pool.give(first);
  equal(pool.take(20).length, 20);
  equal(pool.take(10), first);
  notEqual(pool.take(10), first);
});

Deno.test("BufferPool keeps no more bytes than its maximum", () => {
  const pool = new BufferPool(25);
  const buffers = [pool.take(10), pool.take(10), pool.take(10)];
  for (const buffer of buffers) pool.give(buffer);
  equal(pool.take(10), buffers[1]);
  equal(pool.take(10), buffers[0]);
  notEqual(pool.take(10), buffers[2]);
});

/** A connection whose reads fill any buffer. */
const ENDLESS: Connection = {
  read: (into) => Promise.resolve(into.length),
  write: (bytes) => Promise.resolve(bytes.length),
  closeWrite: () => Promise.resolve(),
  close: () => {},
};

async function fillAndUse(wire: Wire): Promise<void> {
  await wire.fill();
  wire.start = wire.end;
}

Deno.test("Wire returns grown buffers to its pool, and gets its first one back", async () => {
  const pool = new BufferPool(1_000);
  const wire = new Wire(ENDLESS, 10, { pool });
  const first = wire.buffer;
  await fillAndUse(wire);
  wire.growIfFilled();
  const second = wire.buffer;
  equal(second.length, 40);
  await fillAndUse(wire);
  wire.growIfFilled();
  const third = wire.buffer;
  equal(third.length, 160);
  equal(pool.take(40), second);
  wire.shrink();
  equal(wire.buffer, first);
  equal(pool.take(160), third);
});

Deno.test("Wire keeps a buffer that a read may still fill", async () => {
  const pool = new BufferPool(1_000);
  const wire = new Wire(ENDLESS, 10, { pool });
  await fillAndUse(wire);
  wire.growIfFilled();
  const grown = wire.buffer;
  const reading = wire.fill();
  wire.shrink();
  equal(wire.buffer, grown);
  notEqual(pool.take(40), grown);
  await reading;
});

Deno.test("BodyReader lets no buffer grow for less than it holds", async () => {
  for (const [length, size] of [[20, 10], [21, 40]] as const) {
    const wire = new Wire(ENDLESS, 10);
    await wire.fill();
    const body = new BodyReader(wire, { type: "length", length });
    await body.next();
    await body.next();
    equal(wire.buffer.length, size);
  }
});
