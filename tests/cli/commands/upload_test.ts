import assert from "node:assert/strict";
import { openUpload } from "../../../cli/commands/add/upload.ts";
import { parseUploadSizes } from "../../../cli/commands/add/upload_sizes.ts";
import { CliError } from "../../../cli/exit_code.ts";

const encoder = new TextEncoder();

/** An input that gives these texts one after the other, and ends only after `end()`. */
function inputOf(...texts: readonly string[]) {
  const { readable, writable } = new TransformStream<Uint8Array<ArrayBuffer>>(undefined, {
    highWaterMark: 100,
  });
  const writer = writable.getWriter();
  for (const text of texts) void writer.write(encoder.encode(text));
  return { input: readable, end: () => writer.close() };
}

function refusal(text: string): (error: Error) => boolean {
  return (error) => error instanceof CliError && error.message.includes(text);
}

Deno.test("openUpload() splits the input wherever its pieces end", async () => {
  for (const pieces of [["A=1\ntar", "!"], ["A", "=1\n", "t", "ar!"], ["A=1\ntar!"]]) {
    const { input, end } = inputOf(...pieces);
    await using upload = await openUpload({ envBytes: 4, archiveBytes: 4 }, { input });
    assert.equal(upload.envText, "A=1\n");
    assert.equal(await new Response(upload.archive).text(), "tar!");
    assert.equal(upload.signal.aborted, false);
    const aborted = Promise.withResolvers<void>();
    upload.signal.addEventListener("abort", () => aborted.resolve());
    await end();
    await aborted.promise;
    assert.ok(refusal("ddsrv deploy ended")(upload.signal.reason));
  }
});

Deno.test("openUpload() gives a short archive if the input ends early", async () => {
  const { input, end } = inputOf("tar");
  void end();
  await using upload = await openUpload({ envBytes: 0, archiveBytes: 10 }, { input });
  assert.equal(await new Response(upload.archive).text(), "tar");
});

Deno.test("openUpload() refuses an input that ends, is too large or is silent", async () => {
  const short = inputOf("A=");
  void short.end();
  await assert.rejects(
    openUpload({ envBytes: 4, archiveBytes: 0 }, { input: short.input }),
    refusal("ended early"),
  );
  const { input } = inputOf();
  await assert.rejects(
    openUpload({ envBytes: 0, archiveBytes: 2 * 1024 ** 3 }, { input }),
    refusal("The archive has 2147483648 bytes, and this server accepts 1073741824"),
  );
  await assert.rejects(
    openUpload({ envBytes: 2 * 1024 ** 2, archiveBytes: 0 }, { input }),
    refusal("more than 1048576 bytes"),
  );
  await assert.rejects(
    openUpload({ envBytes: 1, archiveBytes: 0 }, { input, idleMs: 1 }),
    refusal("No data came"),
  );
});

Deno.test("parseUploadSizes() reads two numbers", () => {
  assert.deepEqual(parseUploadSizes("12:345"), { envBytes: 12, archiveBytes: 345 });
  for (const text of ["", "12", "1:2:3", "-1:2", "1e3:2", "9999999999999999:1"]) {
    assert.throws(() => parseUploadSizes(text), CliError, text);
  }
});
