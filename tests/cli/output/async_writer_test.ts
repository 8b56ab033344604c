import assert from "node:assert/strict";
import { createAsyncWriter } from "../../../cli/output/async_writer.ts";

Deno.test("createAsyncWriter() writes everything in order with partial writes", async () => {
  let written = "";
  const writer = createAsyncWriter({
    write(bytes) {
      written += new TextDecoder().decode(bytes.subarray(0, 3));
      return Promise.resolve(Math.min(3, bytes.length));
    },
  });
  for (let index = 0; index < 5; index++) writer.write(`line ${index}\n`);
  await writer.flush();
  assert.equal(written, "line 0\nline 1\nline 2\nline 3\nline 4\n");
});

Deno.test("createAsyncWriter() counts dropped lines and reports them once writing works", async () => {
  let written = "";
  let isFull = true;
  const writer = createAsyncWriter({
    write(bytes) {
      if (isFull) return Promise.reject(new Error("No space left on device"));
      written += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  });
  writer.write("one\ntwo\n");
  await writer.flush();
  isFull = false;
  writer.write("three\n");
  await writer.flush();
  assert.equal(written, "ddsrv: dropped 2 lines here\nthree\n");
});

Deno.test("createAsyncWriter() limits its queue for a blocked stream", async () => {
  const taken = Promise.withResolvers<number>();
  let written = "";
  const writer = createAsyncWriter({
    async write(bytes) {
      await taken.promise;
      written += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  writer.write("first\n");
  writer.write(`${"x".repeat(4 * 1024 * 1024 - 1)}\n`);
  writer.write("too much\n");
  taken.resolve(0);
  await writer.flush();
  assert.ok(written.startsWith("first\nddsrv: dropped 1 lines here\nxxx"));
});
