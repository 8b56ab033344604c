import assert from "node:assert/strict";
import { readIgnoreRules } from "../../../lib/function/ignored_files.ts";
import { extractTar } from "../../../lib/function/tar/extract.ts";
import { formatHeader } from "../../../lib/function/tar/format_header.ts";
import { parseHeader } from "../../../lib/function/tar/header.ts";
import { type ArchivePlan, planArchive } from "../../../lib/function/tar/plan_archive.ts";
import type { TarLimits } from "../../../lib/function/tar/read_tar.ts";
import { TarError } from "../../../lib/function/tar/tar_error.ts";
import { writeArchive } from "../../../lib/function/tar/write_archive.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../../temporary_directory.ts";

const LONG = `${"long".repeat(20)}/${"ü".repeat(100)}`;

Deno.test("writeArchive() writes what tar and extractTar() read", async () => {
  await using place = await folderWith({
    "shop/index.ts": "entry",
    "shop/tool": "tool",
    [`shop/${LONG}`]: "x".repeat(600_000),
    "shop/.env": "SECRET=1",
    "shop/sub/node_modules/a/index.js": "",
  });
  await Deno.chmod(place.at("shop/tool"), 0o4755);
  await Deno.mkdir(place.at("shop/empty"));
  await Deno.symlink("../tool", place.at("shop/sub/link"));
  await Deno.symlink(LONG, place.at("shop/far"));
  const plan = await planOf(place);
  const bytes = await pack(place, plan);
  assert.equal(bytes.length, plan.bytes);

  await Deno.mkdir(place.at("target"));
  const extracted = await extractTar(ReadableStream.from([bytes]), {
    target: place.at("target"),
    entryFile: "index.ts",
  });
  assert.deepEqual(extracted, { folder: place.at("target/function"), name: "function" });
  const read = (name: string) => Deno.readTextFile(place.at(`target/function/${name}`));
  assert.equal(await read("index.ts"), "entry");
  assert.equal(await read("sub/link"), "tool");
  assert.equal((await read("far")).length, 600_000);
  assert.equal((await Deno.stat(place.at("target/function/tool"))).mode! & 0o7777, 0o755);
  assert.equal((await Deno.stat(place.at("target/function/index.ts"))).mode! & 0o7777, 0o644);
  const names = Array.from(Deno.readDirSync(place.at("target/function")), ({ name }) => name);
  assert.deepEqual(names.sort(), ["empty", "far", "index.ts", LONG.split("/")[0], "sub", "tool"]);

  await Deno.writeFile(place.at("a.tar"), bytes);
  const { code, stdout } = await new Deno.Command("tar", {
    args: ["tf", place.at("a.tar"), "--quoting-style=literal"],
  }).output();
  assert.equal(code, 0);
  assert.match(new TextDecoder().decode(stdout), /^function\/\nfunction\/empty\/\nfunction\/far\n/);
});

Deno.test("formatHeader() keeps sizes beyond the field of a ustar header", () => {
  const size = 9 * 1024 ** 3;
  const bytes = formatHeader({ path: "a", type: "file", size });
  assert.equal(bytes.length, 3 * 512);
  assert.match(new TextDecoder().decode(bytes.subarray(512, 1024)), /^19 size=9663676416\n/);
  assert.equal(parseHeader(bytes.subarray(0, 512))?.type, "x");
});

Deno.test("planArchive() refuses what the server would refuse", async () => {
  const rows: readonly (readonly [string, (place: TemporaryDirectory) => Promise<unknown>])[] = [
    ["leads out of it", (place) => Deno.symlink("/etc/passwd", place.at("shop/a"))],
    ["leads out of it", (place) => Deno.symlink("../shop/x", place.at("shop/a"))],
    ["control character", (place) => place.write("shop/a\x1b[2J")],
    ["is a pipe", (place) => mkfifo(place.at("shop/pipe"))],
    [
      "not UTF-8",
      (place) => run("sh", ["-c", `touch "$1/$(printf '\\377')"`, "", place.at("shop")]),
    ],
  ];
  for (const [message, make] of rows) {
    await using place = await folderWith({ "shop/index.ts": "" });
    await make(place);
    await assert.rejects(planOf(place), refusal(message), message);
    // Nothing of it is looked at if it is ignored.
    await place.write("shop/.ddsrvignore", "*\n!/index.ts\n!.ddsrvignore\n");
    if (!message.includes("UTF-8")) assert.equal((await planOf(place)).entries.length, 2, message);
  }
});

Deno.test("planArchive() refuses too many and too large files before one is sent", async () => {
  await using place = await folderWith({ "shop/a/b": "12345", "shop/c": "1234" });
  const limits = { maxEntries: 4, maxBytes: 9 };
  assert.equal((await planOf(place, limits)).entries.length, 3);
  await assert.rejects(planOf(place, { ...limits, maxEntries: 3 }), refusal("more than 2 files"));
  await assert.rejects(
    planOf(place, { ...limits, maxBytes: 8 }),
    refusal(
      "it has 9 bytes, and the limit is 8. Write what the function does not need to " +
        '.ddsrvignore; the largest file is "a/b", with 5 bytes',
    ),
  );
});

Deno.test("writeArchive() ends when a file is not the planned one any more", async () => {
  const changes: readonly ((place: TemporaryDirectory) => Promise<unknown>)[] = [
    (place) => place.write("shop/sub/a", "short"),
    (place) => Deno.remove(place.at("shop/sub/a")),
    async (place) => {
      await Deno.remove(place.at("shop/sub/a"));
      await Deno.symlink("../../secret", place.at("shop/sub/a"));
    },
    async (place) => {
      await Deno.remove(place.at("shop/sub"), { recursive: true });
      await place.write("other/a", "0123456789");
      await Deno.symlink("../other", place.at("shop/sub"));
    },
    async (place) => {
      await Deno.remove(place.at("shop/sub/a"));
      await mkfifo(place.at("shop/sub/a"));
    },
  ];
  for (const [index, change] of changes.entries()) {
    await using place = await folderWith({ "shop/sub/a": "0123456789", "secret": "0123456789" });
    const plan = await planOf(place);
    await change(place);
    await assert.rejects(
      pack(place, plan),
      refusal('"sub/a" changed while it was sent'),
      `${index}`,
    );
  }
  await using place = await folderWith({ "shop/a": "0123456789" });
  const plan = await planOf(place);
  await place.write("shop/a", "0123456789 and more");
  assert.equal((await pack(place, plan)).length, plan.bytes);
});

function refusal(text: string): (error: Error) => boolean {
  return (error) => error instanceof TarError && error.message.includes(text);
}

async function planOf(place: TemporaryDirectory, limits?: TarLimits): Promise<ArchivePlan> {
  const rules = await readIgnoreRules(place.at("shop"));
  const { signal } = new AbortController();
  return await planArchive(place.at("shop"), { rules, signal, ...limits && { limits } });
}

async function pack(place: TemporaryDirectory, plan: ArchivePlan) {
  const pieces = await Array.fromAsync(writeArchive(place.at("shop"), plan));
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

async function folderWith(files: Readonly<Record<string, string>>): Promise<TemporaryDirectory> {
  const place = await temporaryDirectory();
  for (const [name, text] of Object.entries(files)) await place.write(name, text);
  return place;
}

function mkfifo(path: string): Promise<void> {
  return run("mkfifo", [path]);
}

async function run(program: string, args: string[]): Promise<void> {
  assert.ok((await new Deno.Command(program, { args }).output()).success);
}
