import { deepEqual, equal, match, notEqual, rejects } from "node:assert/strict";
import { join } from "node:path";
import { RefusedVersionError } from "../../lib/source/source_error.ts";
import { unpack } from "../../lib/source/unpack.ts";
import { archive, type Entry, pax, streamOf } from "../function/tar/archive.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const never = new AbortController().signal;

async function extract(
  entries: readonly Entry[],
  options: Partial<Parameters<typeof unpack>[1]> = {},
): Promise<{ readonly digests: ReadonlyMap<string, string>; readonly files: readonly string[] }> {
  await using target = await temporaryDirectory();
  const digests = await unpack(streamOf(archive(...entries), 700), {
    target: target.path,
    directory: [],
    signal: never,
    ...options,
  });
  return { digests, files: await listFiles(target.path) };
}

async function listFiles(directory: string, below = ""): Promise<string[]> {
  const files: string[] = [];
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(join(directory, below))) {
    const path = below === "" ? name : `${below}/${name}`;
    if (isDirectory) files.push(...await listFiles(directory, path));
    else files.push(isSymlink ? `${path} -> ${await Deno.readLink(join(directory, path))}` : path);
  }
  return files.sort();
}

const HELLO: Entry = { name: "hello/index.ts", content: "1" };

Deno.test("unpack() takes folders and shared configuration, and leaves out all else", async () => {
  const { digests, files } = await extract([
    HELLO,
    { name: "./_shared/a.ts", content: "2" },
    { name: "deno.json", content: "{}" },
    { name: "README.md", content: "text" },
    { name: "ddsrv.json", content: '{"isolation":"none"}' },
    { name: ".env", content: "SECRET=1" },
    { name: ".git/config", content: "x" },
    { name: "hello/ddsrv.json", content: "{}" },
    { name: "CURRENT", type: "2", linkName: "/etc" },
    { name: "hello/link", type: "2", linkName: "index.ts" },
  ]);
  deepEqual([...digests.keys()].sort(), ["_shared", "deno.json", "hello"]);
  deepEqual(files, [
    "_shared/a.ts",
    "deno.json",
    "hello/ddsrv.json",
    "hello/index.ts",
    "hello/link -> index.ts",
  ]);
});

Deno.test("unpack() takes a directory of the archive", async () => {
  const entries: readonly Entry[] = [
    { name: "repo-1/README.md", content: "x" },
    { name: "repo-1/functions/hello/index.ts", content: "1" },
    { name: "repo-1/other/index.ts", content: "1" },
  ];
  for (const directory of [["repo-1", "functions"], ["*", "functions"]]) {
    deepEqual((await extract(entries, { directory })).files, ["hello/index.ts"]);
  }
  await rejects(
    extract([...entries, { name: "more/x", content: "" }], { directory: ["*"] }),
    /several entries at its top/,
  );
  await rejects(extract(entries, { directory: ["none"] }), /no functions in "none"/);
});

Deno.test("unpack() digests content, modes and links, and not the order", async () => {
  const more: Entry = { name: "hello/b.ts", content: "2" };
  const digestOf = async (...entries: Entry[]): Promise<string> =>
    (await extract(entries)).digests.get("hello")!;
  const digest = await digestOf(HELLO, more);
  match(digest, /^[0-9a-f]{64}$/);
  equal(await digestOf(more, HELLO), digest);
  equal(await digestOf({ name: "hello", type: "5" }, HELLO, more), digest);
  notEqual(await digestOf({ ...HELLO, mode: 0o755 }, more), digest);
  notEqual(await digestOf({ ...HELLO, content: "3" }, more), digest);
  notEqual(await digestOf(HELLO, { ...more, name: "hello/c.ts" }), digest);
  notEqual(await digestOf(HELLO, { name: "hello/b.ts", type: "2", linkName: "2" }), digest);
});

const hostile: readonly (readonly [what: string, entries: readonly Entry[], message: RegExp])[] = [
  ["a path that leads out", [{ name: "hello/../../x", content: "" }], /leads out/],
  ["an absolute path", [{ name: "/etc/passwd", content: "" }], /not relative/],
  ["an absolute link", [{ name: "hello/x", type: "2", linkName: "/etc/passwd" }], /leads out/],
  ["a link to another function", [HELLO, {
    name: "hello/x",
    type: "2",
    linkName: "../other/.env",
  }], /leads out/],
  ["a device", [{ name: "hello/x", type: "3" }], /a device/],
  ["a pipe", [{ name: "hello/x", type: "6" }], /named pipe/],
  ["a hard link", [{ name: "hello/x", type: "1", linkName: "/etc/shadow" }], /hard link/],
  ["a file twice", [HELLO, HELLO], /twice/],
  ["a file in a file", [HELLO, { name: "hello/index.ts/x", content: "" }], /both a file/],
  ["a file through a link", [
    { name: "hello/d", type: "2", linkName: "." },
    { name: "hello/d/x", content: "" },
  ], /both a link/],
  ["no functions", [
    { name: "README.md", content: "" },
    { name: "deno.json", content: "{}" },
    { name: "_shared/a.ts", content: "" },
  ], /no functions/],
];

for (const [what, entries, message] of hostile) {
  Deno.test(`unpack() refuses ${what}`, async () => {
    await rejects(extract(entries), (error: unknown) => {
      equal(error instanceof RefusedVersionError, true, String(error));
      match((error as Error).message, message);
      return true;
    });
  });
}

Deno.test("unpack() refuses too many entries, too many bytes, and endless headers", async () => {
  const limits = { maxEntries: 3, maxBytes: 1_000 };
  const many = ["a", "b", "c", "d"].map((name) => ({ name, content: "" }));
  await rejects(extract(many, { limits }), /more than 3 entries/);
  const large = { name: "f/a", content: "x".repeat(1_001) };
  await rejects(extract([large], { limits }), /more than 1000 bytes/);
  const headers = Array.from({ length: 200 }, () => pax({ comment: "x".repeat(500) }));
  await rejects(extract([...headers, HELLO], { limits }), /too large when decompressed/);
});

Deno.test("unpack() counts the directories that paths imply, and bounds their depth", async () => {
  const limits = { maxEntries: 6, maxBytes: 1_000 };
  const deep = { name: "f/a/b/c/x", content: "" };
  await extract([deep], { limits });
  const both = [deep, { name: "f/d/x", content: "" }];
  await rejects(extract(both, { limits }), /more than 6 files and directories/);
  const levels = (count: number): readonly Entry[] => [
    pax({ path: `${"d/".repeat(count - 1)}x` }),
    { name: "x", content: "" },
  ];
  await extract(levels(64));
  await rejects(extract(levels(65)), /too deep/);
});

Deno.test("unpack() stops a gzip bomb early", async () => {
  let taken = 0;
  const bomb = streamOf(
    new Uint8Array(
      await new Response(
        streamOf(archive({ name: "f/a", content: new Uint8Array(8_000_000) }))
          .pipeThrough(new CompressionStream("gzip")),
      ).arrayBuffer(),
    ),
    100,
  ).pipeThrough(
    new TransformStream({
      transform(piece: Uint8Array<ArrayBuffer>, controller) {
        taken += piece.length;
        controller.enqueue(piece);
      },
    }),
  );
  await using target = await temporaryDirectory();
  const limits = { maxEntries: 3, maxBytes: 1_000 };
  const options = { target: target.path, directory: [], limits, signal: never };
  await rejects(unpack(bomb, options), /more than 1000 bytes/);
  equal(taken < 4_000, true, `${taken} bytes of the bomb were read`);
});
