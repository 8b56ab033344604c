import assert from "node:assert/strict";
import { readPage } from "../../../cli/commands/read_page.ts";
import { MAX_PAGE_BYTES } from "../../../lib/supervisor/maintenance_page.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

Deno.test("readPage() returns the text of a file", async () => {
  await using directory = await temporaryDirectory();
  const path = await directory.write("page.html", "<h1>À bientôt</h1>");
  assert.equal(await readPage(path), "<h1>À bientôt</h1>");
});

const refused: readonly [what: string, bytes: Uint8Array, why: RegExp][] = [
  ["an empty file", utf8(""), /: the page is empty\. Give an HTML file/],
  ["another encoding", Uint8Array.of(0xe9, 0x20), /: it is not valid UTF-8\. Give/],
  ["a NUL character", utf8("a\0"), /: the page contains a NUL character\. Give/],
  ["a large file", new Uint8Array(10_000_000).fill(0x20), /: the page is larger than 262144 bytes/],
  [
    "a cut character behind the limit",
    utf8("x".repeat(MAX_PAGE_BYTES) + "é"),
    /: the page is larger than/,
  ],
];

for (const [what, bytes, why] of refused) {
  Deno.test(`readPage() refuses ${what}`, async () => {
    await using directory = await temporaryDirectory();
    await Deno.writeFile(directory.at("page.html"), bytes);
    const path = directory.at("page.html");
    await assert.rejects(readPage(path), { name: "CliError", exitCode: 1, message: why });
  });
}

Deno.test("readPage() refuses what is no file", async () => {
  await using directory = await temporaryDirectory();
  for (const path of [directory.path, directory.at("none")]) {
    await assert.rejects(readPage(path), {
      name: "CliError",
      message: /^Cannot use ".*" as a page: /,
    });
  }
});
