import assert from "node:assert/strict";
import { cp } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { SETTING_ENTRIES } from "../../../lib/config/setting_entries.ts";
import { describeDefault } from "../../../lib/config/setting.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

const root = new URL("../../../", import.meta.url);

/** All files that are generated from the table, by name. */
type Made = Readonly<Record<string, string>>;

const SCRIPT = `
import { generatedFiles } from "./cli/generate/generated_files.ts";
import { createProgram } from "./cli/program.ts";
import { toCommandModel } from "./cli/tree/to_command_model.ts";
import { jsonSchema } from "./lib/config/json_schema.ts";
import { loadSettings } from "./lib/config/load_settings.ts";
const program = createProgram(() => {});
const serve = program.commands.find((command) => command.name() === "serve");
const { settings } = await loadSettings({ functionsDirectory: "/none" }, {}, { uid: 0 });
console.log(JSON.stringify({
  ...Object.fromEntries(generatedFiles(toCommandModel(program), "0")),
  help: serve.helpInformation(),
  settings: JSON.stringify(settings, null, 1),
  "directory schema": JSON.stringify(jsonSchema("directory"), null, 1),
  "function schema": JSON.stringify(jsonSchema("function"), null, 1),
}));
`;

/** Generates all files from a copy of the sources in which some texts of a file are replaced. */
async function make(file: string, changes: readonly (readonly [string, string])[]): Promise<Made> {
  await using copy = await temporaryDirectory();
  for (const name of ["cli", "lib", "deno.json", "deno.lock"]) {
    await cp(fileURLToPath(new URL(name, root)), copy.at(name), { recursive: true });
  }
  let text = await Deno.readTextFile(copy.at(file));
  for (const [before, after] of changes) {
    assert.equal(text.split(before).length, 2, `${before} is not once in ${file}`);
    text = text.replace(before, after);
  }
  await copy.write(file, text);
  await copy.write("make.ts", SCRIPT);
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--allow-all", "--quiet", "make.ts"],
    cwd: copy.path,
  }).output();
  assert.ok(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Returns the new lines of each file that differs, by its name. */
function differences(before: Made, after: Made): Record<string, string> {
  const changed = Object.keys(after).filter((name) => before[name] !== after[name]);
  return Object.fromEntries(changed.map((name) => {
    const old = new Set(before[name]!.split("\n"));
    return [name, after[name]!.split("\n").filter((line) => !old.has(line)).join("\n")];
  }));
}

const SETTINGS_FILE = "lib/config/function_settings.ts";
const unchanged = await make(SETTINGS_FILE, []);

Deno.test("a default that changes in the table changes everywhere", async () => {
  const changes = [[
    'default: 30_000,\n    summary: "how long a replaced',
    'default: 45_000,\n    summary: "how long a replaced',
  ]] as const;
  const changed = differences(unchanged, await make(SETTINGS_FILE, changes));
  assert.deepEqual(Object.keys(changed).sort(), [
    "directory schema",
    "docs/configuration.md",
    "help",
    "man/ddsrv-serve.1",
    "man/ddsrv.json.5",
    "settings",
  ]);
  assert.match(changed["settings"]!, /"drainMs": 45000/);
  assert.match(changed["directory schema"]!, /"default": "45s"/);
  assert.match(changed["help"]!, /default: 45s/);
  assert.match(changed["man/ddsrv-serve.1"]!, /Default: 45s\./);
  assert.match(changed["man/ddsrv.json.5"]!, /Default: "45s"\./);
  assert.match(changed["docs/configuration.md"]!, /`--drain`.*`DDSRV_DRAIN`.*`45s`/);
});

Deno.test("a summary that changes in the table changes everywhere", async () => {
  const changes = [[
    "how long a replaced instance may finish",
    "time for an old instance to finish",
  ]] as const;
  const changed = differences(unchanged, await make(SETTINGS_FILE, changes));
  const names = [
    "completions/_ddsrv",
    "completions/ddsrv.fish",
    "directory schema",
    "docs/configuration.md",
    "function schema",
    "help",
    "man/ddsrv-serve.1",
    "man/ddsrv.json.5",
  ];
  assert.deepEqual(Object.keys(changed).sort(), names);
  for (const name of names) assert.match(changed[name]!, /[Tt]ime for an old/, name);
});

Deno.test("a choice that changes in the table changes in completions, help and schema", async () => {
  const changes = [['["cri", "docker"]', '["cri", "docker", "raw"]']] as const;
  const changed = differences(unchanged, await make("lib/config/log_settings.ts", changes));
  assert.deepEqual(Object.keys(changed).sort(), [
    "completions/_ddsrv",
    "completions/ddsrv.bash",
    "completions/ddsrv.fish",
    "directory schema",
    "help",
    "man/ddsrv-serve.1",
    "man/ddsrv.json.5",
  ]);
  for (const [name, lines] of Object.entries(changed)) assert.match(lines, /raw/, name);
});

/** Returns product code outside the table, without comments, by path. */
async function readSources(): Promise<Made> {
  const sources: Record<string, string> = {};
  for (const directory of ["cli", "lib", "container", "packaging"]) {
    const pending = [directory];
    for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
      for await (const { name, isDirectory } of Deno.readDir(new URL(folder, root))) {
        const path = `${folder}/${name}`;
        if (isDirectory) pending.push(path);
        if (
          !path.endsWith(".ts") ||
          /^lib\/config\/(?:[a-z]+_settings|default_socket)\.ts$/.test(path)
        ) continue;
        const text = await Deno.readTextFile(new URL(path, root));
        sources[path] = text.replace(/^ *(?:\/\/|\/?\*).*$/gm, "");
      }
    }
  }
  return sources;
}

/** Returns the places where a pattern matches in the sources. */
function find(sources: Made, pattern: RegExp): string[] {
  return Object.entries(sources).flatMap(([path, text]) =>
    (text.match(pattern) ?? []).slice(0, 1).map((found) => `${path}: ${found}`)
  );
}

Deno.test("no summary of a setting is written outside the table", async () => {
  const sources = await readSources();
  assert.ok(Object.keys(sources).length > 300);
  const found = SETTING_ENTRIES.filter(({ setting: { summary } }) => summary.length > 25)
    .flatMap(({ setting: { summary } }) => find(sources, new RegExp(RegExp.escape(summary), "i")));
  assert.deepEqual(found, []);
});

Deno.test("no default of a setting is written outside the table", async () => {
  const sources = await readSources();
  // Help says "default: 30s"; a path or the port always means the setting.
  const patterns = SETTING_ENTRIES.flatMap(({ setting }) => {
    const text = describeDefault(setting);
    if (text === undefined || setting.kind.isSwitch) return [];
    const [plain = ""] = text.split(", or ");
    const escaped = RegExp.escape(plain);
    const isUnique = /^\/|^9999$/.test(plain);
    // A word may also be an identifier: it is a value only in quotes.
    const quote = /^[a-z]+$/.test(plain) ? '"' : '"?';
    return [
      new RegExp(`default: ${quote}${escaped}\\b`),
      ...isUnique ? [new RegExp(`${escaped}\\b`)] : [],
    ];
  });
  assert.deepEqual(patterns.flatMap((pattern) => find(sources, pattern)), []);
});
