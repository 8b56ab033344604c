import { equal } from "node:assert/strict";
import { Output } from "../../../lib/proxy/http2/output.ts";
import { within } from "../../patience.ts";

Deno.test("Output joins frames of one turn, and lets responses wait while much is unwritten", async () => {
  const writes: number[] = [];
  const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let rooms = 0;
  const output = new Output({
    write(bytes) {
      writes.push(bytes.length);
      return gates[writes.length - 1]!.promise;
    },
    onRoom: () => rooms++,
  });
  output.bytes(new Uint8Array(10));
  output.bytes(new Uint8Array(20));
  await Promise.resolve();
  equal(writes.join(), "30");
  output.bytes(new Uint8Array(64 * 1024));
  equal(output.hasBodyRoom, false);
  let hasRoom = false;
  const room = output.bodyRoom().then(() => hasRoom = true);
  await within(output.room(), "room for other frames");
  equal(hasRoom, false);
  gates[0]!.resolve();
  await within(room, "room for a head");
  equal(writes.join(), `30,${64 * 1024}`);
  equal(rooms, 1);
  gates[1]!.resolve();
  await within(output.flushed(), "the last write");
});

Deno.test("Output drops everything after its connection broke, and keeps nobody waiting", async () => {
  const output = new Output({
    write: () => Promise.reject(new Deno.errors.BrokenPipe("gone")),
    onRoom() {},
  });
  output.bytes(new Uint8Array(1024 * 1024));
  await within(Promise.all([output.room(), output.bodyRoom(), output.flushed()]), "the end");
  output.bytes(new Uint8Array(1024 * 1024));
  equal(output.hasBodyRoom, true);
});
