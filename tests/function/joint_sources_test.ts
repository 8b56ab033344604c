import assert from "node:assert/strict";
import { readJointSources } from "../../lib/function/joint_sources.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const MODULE = "export const a = 1;\n";

/** Reads the functions `a` and `b`; a module's text is its only import, or `!` to refuse it. */
async function read(directory: TemporaryDirectory) {
  const { functions, texts } = await readJointSources({
    functionsDirectory: directory.path,
    functions: ["a", "b"].map((name) => ({ name, entry: "index.ts" })),
    importsOf: (text) => text === "!" ? undefined : text.startsWith(".") ? text.split(" ") : [],
  });
  return { names: functions.map(({ name }) => name).join(), paths: [...texts.keys()].join(" ") };
}

Deno.test("readJointSources() reads the modules that functions import", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("a/index.ts", "./lib/x.ts ../_shared/s.ts");
  await directory.write("a/lib/x.ts", "../index.ts");
  await directory.write("a/unused.ts", MODULE);
  await directory.write("_shared/s.ts", MODULE);
  await directory.write("b/index.ts", MODULE);
  const paths = "a/index.ts a/lib/x.ts _shared/s.ts b/index.ts";
  assert.deepEqual(await read(directory), { names: "a,b", paths });
});

type Arrange = (directory: TemporaryDirectory) => Promise<unknown>;

const LEFT_OUT: readonly (readonly [what: string, arrange: Arrange])[] = [
  ...["deno.json", "package.json", "tsconfig.json", "deno.lock", ".npmrc", "import_map.json"].map((
    name,
  ) => [name, (directory: TemporaryDirectory) => directory.write(`a/${name}`, "{}")] as const),
  ["a node_modules", (directory) => directory.write("a/node_modules/x/index.js")],
  ["a package.json beside a module", (directory) => directory.write("a/lib/package.json", "{}")],
  ["a module that is refused", (directory) => directory.write("a/lib/x.ts", "!")],
  ["a missing module", (directory) => directory.write("a/lib/x.ts", "./y.ts")],
  [
    "a module of another function",
    (directory) => directory.write("a/lib/x.ts", "../../b/index.ts"),
  ],
  ["a module outside the directory", (directory) => directory.write("a/lib/x.ts", "../../../x.ts")],
  ["a large module", (directory) => directory.write("a/lib/x.ts", " ".repeat(256 * 1024))],
  ["many modules", async (directory) => {
    for (let index = 0; index < 40; index++) {
      await directory.write(`a/lib/${index}.ts`, `./${index + 1}.ts`);
    }
    await directory.write("a/lib/40.ts", MODULE);
    await directory.write("a/lib/x.ts", "./0.ts");
  }],
  ["a link", async (directory) => {
    await directory.write("a/lib/y.ts", MODULE);
    await Deno.remove(directory.at("a/lib/x.ts"));
    await Deno.symlink("y.ts", directory.at("a/lib/x.ts"));
  }],
  ["a link out of the folder", async (directory) => {
    await Deno.remove(directory.at("a/lib/x.ts"));
    await Deno.symlink("/etc/passwd", directory.at("a/lib/x.ts"));
  }],
  ["a linked directory", async (directory) => {
    await Deno.rename(directory.at("a/lib"), directory.at("a/other"));
    await Deno.symlink("other", directory.at("a/lib"));
  }],
  ["a pipe", async (directory) => {
    await Deno.remove(directory.at("a/lib/x.ts"));
    await new Deno.Command("mkfifo", { args: [directory.at("a/lib/x.ts")] }).output();
  }],
  [
    "text that is not UTF-8",
    (directory) => Deno.writeFile(directory.at("a/lib/x.ts"), new Uint8Array([0x2f, 0x2f, 0xff])),
  ],
];

for (const [what, arrange] of LEFT_OUT) {
  Deno.test(`readJointSources() leaves out a function with ${what}`, async () => {
    await using directory = await temporaryDirectory();
    await directory.write("a/index.ts", "./lib/x.ts");
    await directory.write("a/lib/x.ts", MODULE);
    await directory.write("b/index.ts", MODULE);
    assert.equal((await read(directory)).names, "a,b");
    await arrange(directory);
    assert.deepEqual(await read(directory), { names: "b", paths: "b/index.ts" });
  });
}

Deno.test("readJointSources() leaves out a function that is gone", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("b/index.ts", MODULE);
  assert.equal((await read(directory)).names, "b");
});

Deno.test({
  name: "readJointSources() leaves out files that the user of a check may not read",
  ignore: Deno.uid() !== 0,
  async fn() {
    await using directory = await temporaryDirectory();
    await directory.write("a/index.ts", "./lib/x.ts");
    await directory.write("a/lib/x.ts", MODULE);
    await directory.write("b/index.ts", MODULE);
    await Deno.chmod(directory.at("a/lib"), 0o700);
    await Deno.chmod(directory.at("b/index.ts"), 0o600);
    assert.equal((await read(directory)).names, "");
  },
});
