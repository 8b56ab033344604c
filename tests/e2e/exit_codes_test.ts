import assert from "node:assert/strict";
import { join } from "node:path";
import { outputSchemas } from "../../cli/output/output_schemas.ts";
import type { JsonVerb } from "../../cli/output/json_verbs.ts";
import {
  answering,
  type CliResult,
  makeDirectory,
  runCli,
  startServer,
  testEnvironment,
  writeFiles,
} from "./support/harness.ts";

/** A command line, its exit code, and its whole output on each stream. */
type Row = readonly [args: string[], code: number, stdout: RegExp, stderr: RegExp];

/** Progress lines of a verb without a terminal. */
const PROGRESS = /^(?:\w+: \w+\n)+$/;

const NOTHING = /^$/;
const JSON_ONLY = /^[[{][^]*[\]}]\n$/;

/** Matches exactly one line of ddsrv. */
function saying(text: string): RegExp {
  return new RegExp(`^ddsrv: ${text}\n$`);
}

/** Matches one line of ddsrv after warnings. */
function warnedSaying(text: string): RegExp {
  return new RegExp(`^(?:Warning: .*\n)+ddsrv: ${text}\n$`);
}

async function check(rows: readonly Row[], run: (args: string[]) => Promise<CliResult>) {
  for (const [args, code, stdout, stderr] of rows) {
    const result = await run(args);
    const what = `ddsrv ${args.join(" ")}: ${JSON.stringify(result)}`;
    assert.equal(result.code, code, what);
    assert.match(result.stdout, stdout, what);
    assert.match(result.stderr, stderr, what);
    const [verb] = args;
    if (stdout === JSON_ONLY) matchesSchema(verb as JsonVerb, result.stdout);
  }
}

function matchesSchema(verb: JsonVerb, stdout: string): void {
  const values = verb === "logs" ? stdout.trim().split("\n") : [stdout];
  for (const value of values) outputSchemas[verb].parse(JSON.parse(value));
}

Deno.test("exit codes of all verbs with a supervisor", async () => {
  await using server = await startServer({
    isChecked: true,
    files: {
      "shop/index.ts": `console.log("hello");\n${answering("shop")}`,
      "wrong/index.ts": "const wrong: number = 'text';\n",
      "empty/readme.txt": "",
    },
  });
  await server.answers("/shop", "shop");
  await server.said("hello");
  await writeFiles(server.directory, {
    "new/index.ts": answering("new"),
    "bad/index.ts": "const bad: number = 'text';\n",
  });
  const at = (name: string): string => join(server.directory, name);
  const noShp = saying('There is no function "shp"\\. Did you mean "shop"\\? See: ddsrv list');
  const rows: readonly Row[] = [
    [["list"], 0, /^NAME [^]*\nshop +ready /, NOTHING],
    [["ls", "--quiet"], 0, /^empty\nshop\nwrong\n$/, NOTHING],
    [["list", "--json"], 0, JSON_ONLY, NOTHING],
    [["inspect", "shop"], 0, /^Name: +shop\n/, NOTHING],
    [["inspect", "shop", "--json"], 0, JSON_ONLY, NOTHING],
    [["inspect", "wrong", "--json"], 0, JSON_ONLY, NOTHING],
    [["inspect", "shp"], 4, NOTHING, noShp],
    [["logs", "shop"], 0, /^(?:\S+Z \[shop\] .*\n)+$/, NOTHING],
    [["logs", "shop", "--json"], 0, JSON_ONLY, NOTHING],
    [["logs", "shp"], 4, NOTHING, saying('There is no function "shp".*Did you mean "shop"\\?')],
    [["reload", "shop"], 0, NOTHING, /^shop reloaded\n$/],
    [["reload", "shp"], 4, NOTHING, noShp],
    [["reload", "wrong"], 1, NOTHING, /"wrong" was not reloaded: [^]*TS2322/],
    [["stop", "shop", "shp"], 4, NOTHING, noShp],
    [["start", "shp"], 4, NOTHING, noShp],
    [["stop", "wrong"], 0, NOTHING, /^wrong stopped\n$/],
    [
      ["reload", "wrong"],
      1,
      NOTHING,
      /^ddsrv: "wrong" is stopped\. To start it: ddsrv start wrong/,
    ],
    [["start", "wrong"], 1, NOTHING, /"wrong" does not serve: [^]*TS2322/],
    [["rollback", "shp"], 4, NOTHING, noShp],
    [["rollback", "shop", "--to", "0000"], 1, NOTHING, /^ddsrv: /],
    [["rollback", "shop", "--to", "x"], 2, NOTHING, /Give 4 to 64 hexadecimal digits\./],
    [["rollback", "wrong"], 1, NOTHING, /^ddsrv: /],
    [["env", "list", "shop"], 0, NOTHING, /^shop has no variables\n$/],
    [["env", "list", "shop", "--json"], 0, JSON_ONLY, NOTHING],
    [["env", "list", "shp"], 4, NOTHING, noShp],
    [["env", "set", "shop", "A"], 1, NOTHING, saying('Standard input is empty, so "A" was .*')],
    [["env", "set", "shop", "A=1"], 2, NOTHING, saying('Name "A" without its value: .*')],
    [
      ["env", "unset", "shop", "A"],
      1,
      NOTHING,
      /^shop: [^]*\nddsrv: "A" is not set for "shop"\. .*\n$/,
    ],
    [["env", "unset", "shp", "A"], 4, NOTHING, noShp],
    [["add", at("new"), "--json"], 0, JSON_ONLY, PROGRESS],
    [["add", at("new")], 1, NOTHING, saying('The function "new" already exists.*')],
    [["add", at("new"), "--replace"], 0, /^http:\S+\/new\n$/, PROGRESS],
    [
      ["add", at("bad")],
      1,
      NOTHING,
      /TS2322[^]*\nddsrv: "bad" was not added: the check failed\. Fix the errors above\n$/,
    ],
    [["add", at("missing")], 1, NOTHING, saying('".*/missing" does not exist\\. .*')],
    [["add", at("new"), "--name", "a/b"], 2, NOTHING, saying(`"a/b" can't be .*`)],
    [["remove", "shp"], 4, NOTHING, noShp],
    [["rm", "new"], 0, NOTHING, /^new and its data removed\n$/],
    [["remove", "shop", "--json"], 0, JSON_ONLY, NOTHING],
    [["check", at("new")], 0, /^new: ok\n$/, /^.+\n$/],
    [["check", at("new"), at("bad"), "--json"], 1, JSON_ONLY, /^.+\n$/],
    [["check", at("bad")], 1, NOTHING, /TS2322[^]*bad: failed\n.+\n$/],
    [["doctor", "--json"], 0, JSON_ONLY, NOTHING],
    [["doctor"], 0, /^ok /, NOTHING],
    [["serve", server.functions], 1, NOTHING, saying("Another supervisor already serves .*")],
  ];
  await check(rows, (args) => server.cli(...args));
});

Deno.test("exit codes of all verbs without a supervisor, or with another user's socket", async () => {
  const directory = await makeDirectory();
  try {
    const socket = join(directory, "none.sock");
    const none = saying(
      'No supervisor is running: its socket ".*/none\\.sock" does not exist\\. ' +
        'Start one with "ddsrv serve", or pass its socket with --socket',
    );
    await writeFiles(directory, { "new/index.ts": answering("new"), "file.sock": "" });
    const talking = [["list"], ["inspect", "x"], ["reload", "x"], ["rollback", "x"], ["rm", "x"], [
      "stop",
      "x",
    ], ["start", "x"]]
      .concat([["env", "list", "x"], ["env", "set", "x", "A"], ["add", join(directory, "new")]]);
    const rows = talking.map((args): Row => [args, 3, NOTHING, none]);
    await check(rows, (args) => runCli(args, { DDSRV_SOCKET: socket }));
    const file = join(directory, "file.sock");
    const noSocket = saying(`"${file}" is a file, not a socket\\. .*`);
    await check(
      talking.map((args): Row => [[...args, "--socket", file], 1, NOTHING, noSocket]),
      (args) => runCli(args, { DDSRV_SOCKET: socket }),
    );
    const taken = warnedSaying(
      `"${file}" exists and is not a socket\\. Remove it, or pass another --socket`,
    );
    const serve = ["serve", directory, "--port=0", "--isolation=none", "--egress=full"];
    const long = join(directory, "x".repeat(108));
    await check([
      [
        ["logs", "x", "--logs-dir", directory],
        4,
        NOTHING,
        saying('There is no function "x" and no log .*'),
      ],
      [["logs", "--logs-dir", directory], 0, NOTHING, NOTHING],
      [[...serve, "--socket", file], 1, NOTHING, taken],
      [
        [...serve, "--socket", long],
        1,
        NOTHING,
        warnedSaying("The control socket path has .* bytes, more than the limit of 107: .*"),
      ],
      [
        ["serve", join(directory, "nowhere")],
        1,
        NOTHING,
        saying('The directory ".*/nowhere" does not exist\\. Create it .*'),
      ],
    ], (args) => runCli(args, { DDSRV_SOCKET: socket }));
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("exit codes of verbs that need no supervisor, and of usage errors", async () => {
  const help = /^Usage: ddsrv/;
  await check([
    [[], 2, NOTHING, help],
    [["--help"], 0, help, NOTHING],
    [["help", "list"], 0, help, NOTHING],
    [["list", "--help"], 0, help, NOTHING],
    [["--version"], 0, /^\d+\.\d+\.\d+\n$/, NOTHING],
    [["schema"], 0, /^\{[^]*\}\n$/, NOTHING],
    [["schema", "--function"], 0, /^\{[^]*\}\n$/, NOTHING],
    [["schema", "--api"], 0, /^\{\n {2}"openapi": "3\.1/, NOTHING],
    [["schema", "--output", "logs"], 0, /^\{[^]*"ddsrv logs --json"\n\}\n$/, NOTHING],
    [["init"], 0, /^TEMPLATE +SHOWS HOW TO\n/, /^Write one into a new directory with: .+\n$/],
    [["init", "--json"], 0, JSON_ONLY, NOTHING],
    [["lst"], 2, NOTHING, /^ddsrv: unknown command 'lst'\n/],
    [["list", "--jsn"], 2, NOTHING, /^ddsrv: unknown option '--jsn'\n/],
    [["top"], 2, NOTHING, /^ddsrv: top needs a terminal /],
    [["add"], 2, NOTHING, /^ddsrv: missing required argument 'path'\n/],
    [["init", "--template", "none"], 2, NOTHING, /No such template\. Choose one of json/],
  ], (args) => runCli(args));
});

Deno.test("exit code is 0 when the reader closes standard output", async () => {
  await using server = await startServer({ files: { "shop/index.ts": answering("shop") } });
  await server.answers("/shop", "shop");
  const verbs = [["list"], ["list", "--json"], ["inspect", "shop"], ["schema", "--api"]]
    .concat([["doctor"], ["logs"], ["--help"], ["check", join(server.functions, "shop")]]);
  for (const args of verbs) {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", "cli/main.ts", ...args],
      env: { ...testEnvironment(), DDSRV_SOCKET: server.socket },
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await child.stdout.cancel();
    const { code } = await child.status;
    const stderr = await new Response(child.stderr).text();
    assert.deepEqual([args, code, /error|pipe/i.test(stderr)], [args, 0, false], stderr);
  }
});
