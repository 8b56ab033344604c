import assert from "node:assert/strict";
import { join } from "node:path";
import { TEMPLATES } from "../../cli/templates.ts";
import { connectControl } from "../../lib/control/control_client.ts";
import {
  type CliResult,
  eventually,
  host,
  MAIN,
  makeDirectory,
  runCli,
  startServer,
  testEnvironment,
  writeFiles,
} from "./support/harness.ts";

Deno.test("init creates a function that passes check, fmt and lint, and is served", async () => {
  await using server = await startServer();
  const path = join(server.directory, "hello");
  assert.deepEqual(await runCli(["init", path]), {
    code: 0,
    stdout: `Created ${path}. Serve it here while you write it:
  ddsrv dev ${path}
Add it to the running supervisor:
  ddsrv add ${path}
If no supervisor runs, start one first, with its own functions directory:
  mkdir -p ${server.directory}/functions && ddsrv serve ${server.directory}/functions
`,
    stderr: "",
  });
  assert.deepEqual(await names(path), [".vscode", "ddsrv.json", "index.ts"]);
  assert.equal((await runCli(["check", path])).code, 0);
  for (const tool of [["fmt", "--check"], ["lint"]]) {
    const { success } = await new Deno.Command(Deno.execPath(), { args: [...tool, path] }).output();
    assert.ok(success, tool[0]);
  }
  assert.equal((await server.cli("add", path)).code, 0);
  await server.answers("/hello", "Hello from /\n");
  await server.answers("/hello/a", "Hello from /a\n");
});

Deno.test("init prints a relative path as it was given", async () => {
  const directory = await makeDirectory();
  const script = `cd "$0" && shift 0 && for path in shop a/b/shop/ "./my shop" functions; do
"$1" run --quiet --allow-all "$2" init "$path"; done`;
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", script, directory, Deno.execPath(), MAIN],
    env: testEnvironment(),
  }).output();
  assert.equal(
    new TextDecoder().decode(stdout),
    `Created ./shop. Serve it here while you write it:
  ddsrv dev ./shop
Add it to the running supervisor:
  ddsrv add ./shop
Or serve all functions of its directory:
  ddsrv serve .
Created ./a/b/shop. Serve it here while you write it:
  ddsrv dev ./a/b/shop
Add it to the running supervisor:
  ddsrv add ./a/b/shop
Or serve all functions of its directory:
  ddsrv serve ./a/b
Created './my shop'. Serve it here while you write it:
  ddsrv dev './my shop'
Add it to the running supervisor:
  ddsrv add './my shop'
If no supervisor runs, start one first, with its own functions directory:
  mkdir -p ./functions && ddsrv serve ./functions
Created ./functions. Serve it here while you write it:
  ddsrv dev ./functions
Add it to the running supervisor:
  ddsrv add ./functions
If no supervisor runs, start one first, with its own functions directory:
  mkdir -p ./served && ddsrv serve ./served
`,
  );
  await Deno.remove(directory, { recursive: true });
});

Deno.test("init prints commands that serve only the new function", async (test) => {
  const directory = await makeDirectory();
  await writeFiles(directory, {
    "bin/ddsrv": `#!/bin/sh\nexec '${Deno.execPath()}' run --quiet --allow-all '${MAIN}' "$@"\n`,
    // The directory beside it is not a function, and must not become one.
    "mixed/site/notes.txt": "",
    "mixed/secret/index.ts": "Deno.exit(1);",
    "alone/_shared/greet.ts": "",
  });
  await Deno.chmod(join(directory, "bin/ddsrv"), 0o755);
  for (const [cwd, isAdded] of [["mixed", true], ["alone", false]] as const) {
    await test.step(cwd, async () => {
      const socket = join(directory, `${cwd}.sock`);
      const shell = (line: string): Deno.ChildProcess =>
        new Deno.Command("setsid", {
          args: ["sh", "-c", line],
          cwd: join(directory, cwd),
          env: {
            ...testEnvironment(),
            PATH: `${join(directory, "bin")}:${Deno.env.get("PATH")}`,
            PORT: "0",
            DDSRV_SOCKET: socket,
            LOGS_DIRECTORY: join(directory, "logs"),
          },
          stdin: "null",
          stdout: "piped",
          stderr: "piped",
        }).spawn();
      const run = async (line: string): Promise<string> => {
        const { success, stdout, stderr } = await shell(line).output();
        const [said, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
        assert.ok(success, `${line}: ${error}`);
        return said!;
      };
      const printed = await run("ddsrv init hello");
      const [dev, add, serve] = printed.split("\n").filter((line) => line.startsWith("  "));
      assert.match(dev!, /^ {2}ddsrv dev \S+$/);
      const server = shell(serve!);
      let said = "";
      const drained = Promise.all(
        [server.stdout, server.stderr].map((stream) =>
          stream.pipeThrough(new TextDecoderStream())
            .pipeTo(new WritableStream({ write: (text) => void (said += text) }))
        ),
      );
      try {
        await eventually("it serves", () => /^(?:Functions: |No functions)/m.test(said));
        using control = connectControl(socket);
        const { url } = await control.supervisor();
        if (isAdded) await run(add!);
        await eventually("it answers", async () => {
          const response = await fetch(`${url}/hello`);
          return await response.text() === "Hello from /\n";
        });
        const served = (await control.functions()).filter((one) => one.status !== "ignored");
        assert.deepEqual(served.map((one) => one.name), ["hello"]);
      } finally {
        // Kill its process group: the shell and the processes of the printed commands.
        Deno.kill(-server.pid, "SIGTERM");
        await server.status;
        await drained;
      }
    });
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("init without a path lists the templates", async () => {
  const { code, stdout, stderr } = await runCli(["init"]);
  assert.deepEqual([code, stderr], [
    0,
    "Write one into a new directory with: ddsrv init --template NAME\n",
  ]);
  const [title, ...rows] = stdout.trimEnd().split("\n");
  assert.match(title!, /^TEMPLATE +SHOWS HOW TO$/);
  assert.deepEqual(rows.map((row) => row.split(/ {2,}/)), TEMPLATES.map(Object.values));
  const json = await runCli(["init", "--json"]);
  assert.deepEqual([json.code, json.stderr, JSON.parse(json.stdout)], [0, "", TEMPLATES]);
});

Deno.test("init --template writes into a folder of its name or of the given name", async () => {
  const directory = await makeDirectory();
  const run = (...args: string[]): Promise<CliResult> =>
    runCli(["init", "--template", ...args], {}, directory);
  const entry = (name: string): Promise<string> =>
    Deno.readTextFile(join(directory, name, "index.ts"));
  assert.match((await run("static-files")).stdout, /^Created \.\/static-files\. Serve /);
  assert.deepEqual(await names(join(directory, "static-files")), [".vscode", "index.ts", "public"]);
  assert.deepEqual(await names(join(directory, "static-files/public")), [
    "index.html",
    "style.css",
  ]);
  assert.match(await entry("static-files"), /curl http:\/\/localhost:9999\/static-files\/$/m);
  // The printed commands use the name of the function.
  assert.equal((await run("webhook", "my hook")).code, 0);
  assert.match(await entry("my hook"), /curl http:\/\/localhost:9999\/my%20hook --data/);
  assert.match(await entry("my hook"), /ddsrv env set 'my hook' WEBHOOK_SECRET/);

  const written = await run("webhook");
  assert.deepEqual([written.code, written.stderr], [0, ""]);
  const again = await run("webhook");
  assert.deepEqual([again.code, again.stdout], [1, ""]);
  assert.match(again.stderr, /webhook" exists and is not empty\. Choose another directory\n$/);
  const both = await run("webhook", "--json");
  assert.deepEqual([both.code, both.stdout], [2, ""]);
  assert.match(both.stderr, /^ddsrv: --json is for the list of templates\. Leave it out, or /);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("init --template writes shared code beside the function and overwrites nothing", async () => {
  const directory = await makeDirectory();
  const run = (path: string): Promise<CliResult> =>
    runCli(["init", "--template", "shared-code", path], {}, directory);
  const shared = join(directory, "_shared/escape_html.ts");
  const first = await run("one");
  assert.equal(
    first.stdout,
    `Created ./one. Serve it here while you write it:
  ddsrv dev ./one
It imports ./_shared. Copy that into the functions directory first. Add it to the running supervisor:
  ddsrv add ./one
Or serve all functions of its directory:
  ddsrv serve .
`,
  );
  // The same shared code may serve both.
  assert.equal((await run("two")).code, 0);
  await Deno.writeTextFile(shared, "mine\n");
  const third = await run("three");
  assert.deepEqual([third.code, third.stdout], [1, ""]);
  assert.match(
    third.stderr,
    /_shared\/escape_html\.ts" exists with other content\. Choose another dir/,
  );
  assert.equal(await Deno.readTextFile(shared), "mine\n");
  assert.deepEqual(await names(directory), ["_shared", "one", "two"]);
  await Deno.remove(directory, { recursive: true });
});

Deno.test("init overwrites nothing and refuses invalid names", async () => {
  const directory = await makeDirectory();
  await Deno.mkdir(join(directory, "full"));
  await Deno.writeTextFile(join(directory, "full/file"), "mine");
  await Deno.mkdir(join(directory, "empty"));
  const table: readonly (readonly [path: string, code: number, said: RegExp])[] = [
    ["full", 1, /^ddsrv: "\S+\/full" exists and is not empty\. Choose another directory\n$/],
    ["full/file", 1, /^ddsrv: Cannot create "\S+\/full\/file": .*File exists/],
    [
      "_shared",
      2,
      /^ddsrv: "_shared" can't be a function's name: it begins with \. or _\. Choose an/,
    ],
    ["x".repeat(64), 2, /the name has 64 bytes; at most 63 are allowed\. Choose another\n$/],
    ["empty", 0, /^$/],
  ];
  for (const [path, code, said] of table) {
    const result = await runCli(["init", join(directory, path)]);
    assert.equal(result.code, code, path);
    assert.match(result.stderr, said);
  }
  assert.deepEqual(await names(directory), ["empty", "full"]);
  assert.equal(await host("cat", join(directory, "full/file")), "mine");
  await Deno.remove(directory, { recursive: true });
});

async function names(directory: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(directory))).map((entry) => entry.name).sort();
}
