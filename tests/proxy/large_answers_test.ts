import { equal } from "node:assert/strict";
import { createUpstream } from "../../lib/proxy/upstream.ts";
import { openStage } from "./harness.ts";

const CLIENTS = 24;
const REQUESTS = 12;

/** Bytes of an answer that no other one has. */
function bodyOf(id: number, size: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Uint32Array(size / 4).fill(id).buffer);
}

function sizeOf(id: number): number {
  return 4 * (1_000 + (id * 7_919) % 150_000);
}

Deno.test("answers that share buffers one after the other are never mixed", async () => {
  await using backend = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => {
      const id = Number(new URL(request.url).pathname.slice(1));
      const body = bodyOf(id, sizeOf(id));
      if (id % 3 > 0) return new Response(body);
      // In chunks, without a length.
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array<ArrayBuffer>>();
      void new Blob([body]).stream().pipeTo(writable).catch(() => {});
      return new Response(readable);
    },
  );
  await using stage = openStage();
  const upstream = createUpstream({ hostname: "127.0.0.1", port: backend.addr.port });
  stage.routes.set("app", { type: "ready", upstream });
  const run = async (client: number): Promise<void> => {
    for (let index = 0; index < REQUESTS; index++) {
      const id = client * REQUESTS + index;
      const response = await fetch(`http://127.0.0.1:${stage.proxy.port}/app/${id}`);
      if (id % 5 === 0) {
        const reader = response.body!.getReader();
        await reader.read();
        await reader.cancel();
        continue;
      }
      const words = new Uint32Array(await response.arrayBuffer());
      equal(words.length, sizeOf(id) / 4);
      equal(words.every((word) => word === id), true, `answer ${id}`);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, client) => run(client)));
  upstream.close();
});
