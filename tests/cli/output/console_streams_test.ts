import assert from "node:assert/strict";
import { createConsoleStreams, isOneFile } from "../../../cli/output/console_streams.ts";

/** Takes a few bytes at a time, as a terminal under load does, and notes who wrote them. */
function openPlace(): {
  readonly text: () => string;
  readonly end: () => { readonly write: (bytes: Uint8Array) => Promise<number> };
} {
  const decoder = new TextDecoder();
  let text = "";
  return {
    text: () => text,
    end: () => ({
      async write(bytes) {
        await Promise.resolve();
        const piece = bytes.subarray(0, 3);
        text += decoder.decode(piece, { stream: true });
        return piece.length;
      },
    }),
  };
}

Deno.test("createConsoleStreams() does not mix lines of both streams in one file", async () => {
  const place = openPlace();
  const streams = createConsoleStreams({
    stdout: place.end(),
    stderr: place.end(),
    isOnePlace: true,
    columns: () => undefined,
  });
  for (let index = 0; index < 50; index++) {
    streams.out(`out ${index} ${"o".repeat(index)}\n`);
    streams.error(`error ${index} ${"e".repeat(index)}\n`);
  }
  await streams.flush();
  const lines = place.text().trimEnd().split("\n");
  assert.equal(lines.length, 100);
  for (const line of lines) assert.match(line, /^(?:out \d+ o*|error \d+ e*)$/);
});

Deno.test("createConsoleStreams() keeps the footer below all lines", async () => {
  const place = openPlace();
  const streams = createConsoleStreams({
    stdout: place.end(),
    stderr: place.end(),
    isOnePlace: true,
    columns: () => 12,
  });
  const written = async (act: () => void): Promise<string> => {
    const before = place.text().length;
    act();
    await streams.flush();
    return place.text().slice(before);
  };
  const clear = "\r\x1b[K";
  assert.equal(await written(() => streams.footer("checking a")), "checking a");
  assert.equal(await written(() => streams.footer("checking a")), "");
  assert.equal(await written(() => streams.out("line\n")), `${clear}line\nchecking a`);
  assert.equal(await written(() => streams.footer("checking a and b")), `${clear}checking a…`);
  assert.equal(await written(() => streams.error("last\n")), `${clear}last\nchecking a…`);
  assert.equal(await written(() => streams.footer("")), clear);
  assert.equal(await written(() => streams.error("end\n")), "end\n");
});

Deno.test("createConsoleStreams() shows no footer without a terminal", async () => {
  const [out, error] = [openPlace(), openPlace()];
  const streams = createConsoleStreams({
    stdout: out.end(),
    stderr: error.end(),
    isOnePlace: false,
    columns: () => undefined,
  });
  streams.footer("checking a");
  streams.out("out\n");
  streams.error("error\n");
  await streams.flush();
  assert.deepEqual([out.text(), error.text()], ["out\n", "error\n"]);
});

Deno.test("isOneFile() compares files, not descriptors", () => {
  assert.equal(isOneFile(1, 1), true);
  assert.equal(isOneFile(1, 1_000_000), false);
});
