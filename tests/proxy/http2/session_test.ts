import { equal, ok } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { setImmediate } from "node:timers";
import { encodeFrame, FrameType, PREFACE } from "../../../lib/proxy/http2/frames.ts";
import { Session } from "../../../lib/proxy/http2/session.ts";
import { Wire } from "../../../lib/proxy/http1/wire.ts";
import { RouteTable } from "../../../lib/proxy/route_table.ts";
import { within } from "../../patience.ts";
import { contextOf, lonelyClient } from "../fake_connection.ts";
import { headersOf, postOf } from "./raw_client.ts";

Deno.test("Session.run() lets others have their turn in a flood of small frames that never pauses", async () => {
  const small = encodeFrame(FrameType.Data, new Uint8Array(1), { stream: 1 });
  const flood = Buffer.concat([
    PREFACE,
    encodeFrame(FrameType.Settings, new Uint8Array(0)),
    headersOf(1, postOf(), { isOpen: true }),
    // Less than the window of the stream.
    ...Array.from({ length: 200_000 }, () => small),
  ]);
  let at = 0;
  let turns = 0;
  const count = (): void => {
    turns++;
    if (at < flood.length) setImmediate(count);
  };
  const connection = {
    read(into: Uint8Array): Promise<number | null> {
      const piece = flood.subarray(at, at + into.length);
      into.set(piece);
      at += piece.length;
      return Promise.resolve(piece.length === 0 ? null : piece.length);
    },
    write: (bytes: Uint8Array) => Promise.resolve(bytes.length),
    closeWrite: () => Promise.resolve(),
    close() {},
  };
  const client = {
    ...lonelyClient(),
    wire: new Wire(connection, 16 * 1024),
    peer: { address: "192.0.2.1", isTrusted: false, isSecure: true },
    context: contextOf(new RouteTable()),
  };
  const ended = Promise.withResolvers<void>();
  const session = new Session(client as unknown as ConstructorParameters<typeof Session>[0], {
    serve: () => ended.promise,
    webSocketKey: () => "",
  });
  setImmediate(count);
  const run = session.run();
  ended.resolve();
  await within(run, "the end of the connection");
  equal(at, flood.length);
  ok(turns > 8, `${turns} turns`);
});
