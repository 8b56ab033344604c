import assert from "node:assert/strict";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createCodeRecorder } from "../../lib/isolation/code_recorder.ts";
import { createCodeTemplates } from "../../lib/isolation/code_templates.ts";
import { CODE_DATABASES, LOG_SUFFIX } from "../../lib/sandbox/code_cache.ts";
import { ownDeno } from "../../lib/sandbox/deno_binary.ts";
import { writeSystemCallFilter } from "../../lib/sandbox/system_call_filter.ts";
import { run } from "../../lib/system/run.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const UID = 61_234;
const [CODE] = CODE_DATABASES as [string];

async function record(
  directory: TemporaryDirectory,
  options: { readonly run?: typeof run; readonly signal?: AbortSignal } = {},
): Promise<boolean> {
  await Deno.mkdir(directory.at("target"));
  const { signal = new AbortController().signal, ...others } = options;
  const recorder = createCodeRecorder({
    directory: directory.at("code"),
    templates: createCodeTemplates({ directory: directory.at("templates") }),
    systemCallFilter: await writeSystemCallFilter(directory.path),
    landlock: true,
    uid: UID,
    ...others,
  });
  return await recorder(ownDeno(), { target: directory.at("target"), signal });
}

function specifiersIn(path: string): string[] {
  using database = new DatabaseSync(path);
  return database.prepare("SELECT specifier FROM codecache").all()
    .map(({ specifier }) => String(specifier));
}

Deno.test("createCodeRecorder() records Deno's own modules and the preload module, in a sandbox", async () => {
  await using directory = await temporaryDirectory();
  const niceness: string[] = [];
  const ran = await record(directory, {
    async run(command, options) {
      niceness.push(command.slice(command.indexOf("nice"), command.indexOf("nice") + 3).join(" "));
      assert.ok(command.includes(String(UID)), "a user that runs no function");
      assert.ok(command.includes("--unshare-net"), "no network");
      return await run(command, options);
    },
  });
  assert.equal(ran, true);
  assert.deepEqual(niceness, ["nice -n 19", "nice -n 19"]);
  const files = CODE_DATABASES.flatMap((name) => [name, `${name}${LOG_SUFFIX}`]);
  for (const name of files) {
    const { uid, size } = await Deno.stat(join(directory.at("target"), name));
    assert.equal(uid, Deno.uid(), name);
    if (name.endsWith(LOG_SUFFIX)) assert.equal(size, 0, "later runs have no log to read");
  }
  // The copy stays as it is: a reader creates files.
  const specifiers = specifiersIn(join(directory.at("target"), CODE));
  for (const one of ["file:///ddsrv/preload.js", "ext:deno_http/00_serve.ts", "node:http"]) {
    assert.ok(specifiers.includes(one), one);
  }
  const others = specifiers.filter((one) => one.startsWith("file:")).toSorted();
  assert.deepEqual(others, ["file:///ddsrv/preload.js", "file:///ddsrv/record/record.js"]);
  assert.deepEqual([...Deno.readDirSync(directory.at("code"))], []);
});

Deno.test("createCodeRecorder() ends with its signal, and leaves no files", async () => {
  await using directory = await temporaryDirectory();
  const stopping = new AbortController();
  const recording = record(directory, {
    signal: stopping.signal,
    async run(command, options) {
      const running = run(command, options);
      stopping.abort();
      return await running;
    },
  });
  await assert.rejects(recording);
  assert.deepEqual([...Deno.readDirSync(directory.at("code"))], []);
  assert.deepEqual([...Deno.readDirSync(directory.at("target"))], []);
});

Deno.test("Deno runs the same with a truncated code cache, only without its bytecode", async () => {
  await using directory = await temporaryDirectory();
  assert.equal(await record(directory), true);
  const main = await directory.write("main.js", 'import "node:http";\nconsole.log("ran");\n');
  const { size } = await Deno.stat(join(directory.at("target"), CODE));
  for (const length of [size, size - 5_000, 4_096, 10, 0]) {
    const copy = directory.at(`copy-${length}`);
    await Deno.mkdir(copy);
    for (const name of CODE_DATABASES) {
      await Deno.copyFile(join(directory.at("target"), name), join(copy, name));
    }
    await Deno.truncate(join(copy, CODE), length);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-lock", main],
      env: { DENO_DIR: copy, DENO_LOG: "debug" },
    }).output();
    const said = new TextDecoder().decode(stderr);
    assert.equal(code, 0, said);
    assert.equal(new TextDecoder().decode(stdout), "ran\n");
    const isUsed = said.includes("code cache hit for ES module: ext:deno_node/http.ts");
    // The first pages may still be readable.
    if (length === size) assert.ok(isUsed, "the whole one is used");
    if (length <= 10) assert.ok(!isUsed, `${length} bytes are not`);
  }
});
