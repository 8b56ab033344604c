import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { extractTar } from "../../../lib/function/tar/extract.ts";
import { TarError } from "../../../lib/function/tar/tar_error.ts";
import { archive, type Entry, pax, streamOf } from "./archive.ts";

const name = fc.string({ unit: "grapheme", minLength: 1, maxLength: 60 })
  // deno-lint-ignore no-control-regex
  .filter((text) => !/[/\x00-\x1f\x7f-\x9f]/.test(text) && text.isWellFormed())
  .filter((text) => text !== "." && text !== ".." && new TextEncoder().encode(text).length < 200);

const tree = fc.dictionary(
  fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => names.join("/")),
  fc.record({ content: fc.uint8Array({ maxLength: 2000 }), isExecutable: fc.boolean() }),
  { minKeys: 1, maxKeys: 8, noNullPrototype: true },
).filter((files) => {
  const paths = Object.keys(files);
  return paths.every((path) => !paths.some((other) => other.startsWith(`${path}/`)));
});

async function inDirectory<Value>(run: (directory: string) => Promise<Value>): Promise<Value> {
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-tar-" });
  try {
    return await run(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("extractTar() restores any files, in chunks of any size, plain and with gzip", () =>
  fc.assert(
    fc.asyncProperty(
      tree,
      fc.integer({ min: 1, max: 3000 }),
      fc.boolean(),
      async (files, piece, isGzip) => {
        const entries = [
          { name: "index.ts", content: "export {};" },
          ...Object.entries(files).flatMap(([path, { content, isExecutable }]): Entry[] => [
            pax({ path: `app/${path}`, mtime: "1.5", comment: "any" }),
            { name: "long", content, mode: isExecutable ? 0o4777 : 0o666 },
          ]),
        ];
        let stream: ReadableStream<Uint8Array<ArrayBuffer>> = streamOf(archive(...entries), piece);
        if (isGzip) stream = stream.pipeThrough(new CompressionStream("gzip"));
        await inDirectory(async (target) => {
          await extractTar(stream, { target, entryFile: "index.ts" });
          for (const [path, { content, isExecutable }] of Object.entries(files)) {
            const at = join(target, "app", path);
            assert.deepEqual(await Deno.readFile(at), Uint8Array.from(content));
            assert.equal((await Deno.lstat(at)).mode! & 0o7777, isExecutable ? 0o755 : 0o644);
          }
        });
      },
    ),
    { numRuns: 60 },
  ));

const hostile = fc.array(
  fc.record({
    name: fc.array(fc.constantFrom("a", "b", "..", ".", "", "etc"), { maxLength: 4 })
      .map((names) => names.join("/")),
    type: fc.constantFrom("0", "0", "2", "2", "5", "1", "6"),
    linkName: fc.array(fc.constantFrom("a", "b", "..", ".", "", "etc"), { maxLength: 4 })
      .map((names) => names.join("/")),
  }),
  { minLength: 1, maxLength: 8 },
);

Deno.test("extractTar() never creates a link that leads outside", () =>
  fc.assert(
    fc.asyncProperty(hostile, (entries) =>
      inDirectory(async (directory) => {
        const target = join(directory, "target");
        await Deno.mkdir(target);
        const clean = entries.map((one) => one.type === "2" ? one : { ...one, linkName: "" });
        let folder: string;
        try {
          ({ folder } = await extractTar(streamOf(archive(...clean)), {
            target,
            entryFile: "index.ts",
          }));
        } catch (error) {
          assert.ok(error instanceof TarError, String(error));
          return;
        }
        for (const path of walk(folder)) {
          // A link that leads nowhere, or in a circle, leads to no place outside.
          const real = await Deno.realPath(path).catch(() => folder);
          assert.ok(real === folder || real.startsWith(`${folder}/`), `${path} leads to ${real}`);
        }
        assert.deepEqual(Array.from(Deno.readDirSync(directory)).map((one) => one.name), [
          "target",
        ]);
      })),
    { numRuns: 400 },
  ));

Deno.test("extractTar() of a damaged archive fails or extracts consistent files", () =>
  fc.assert(
    fc.asyncProperty(
      fc.nat({ max: 4095 }),
      fc.nat({ max: 255 }),
      fc.nat({ max: 4096 }),
      (at, byte, length) =>
        inDirectory(async (target) => {
          const whole = archive(
            { name: "index.ts", content: "export {};" },
            pax({ path: "app/main.ts", size: "3" }),
            { name: "x", content: "abc" },
            { name: "link", type: "2", linkName: "index.ts" },
          );
          const bytes = whole.with(at % whole.length, byte).slice(0, length);
          try {
            await extractTar(streamOf(bytes), { target, entryFile: "index.ts" });
          } catch (error) {
            assert.ok(error instanceof TarError, String(error));
          }
        }),
    ),
    { numRuns: 300 },
  ));

function* walk(directory: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(directory)) {
    yield join(directory, name);
    if (isDirectory) yield* walk(join(directory, name));
  }
}
