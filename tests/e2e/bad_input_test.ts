import assert from "node:assert/strict";
import { join } from "node:path";
import { longEnoughMs } from "../patience.ts";
import {
  answering,
  eventually,
  makeDirectory,
  runCli,
  startServer,
  writeFiles,
} from "./support/harness.ts";

Deno.test("serve says what prevents it from starting, and the remedy", async (test) => {
  const directory = await makeDirectory();
  await writeFiles(directory, { "file": "", "functions/a/index.ts": answering("a") });
  const functions = join(directory, "functions");
  const socket = ["--socket", join(directory, "s.sock")];
  const fails = async (args: string[], message: RegExp, env = {}): Promise<void> => {
    const result = await runCli(["serve", ...args, "--port=0"], env);
    assert.deepEqual([result.code, result.stdout], [1, ""], result.stderr);
    assert.match(result.stderr, message);
  };
  await test.step("no functions directory", () =>
    fails(
      [join(directory, "none"), ...socket],
      /The directory .* does not exist\. Create it \(mkdir -p/,
    ));
  await test.step("a file for a directory", () =>
    fails([join(directory, "file"), ...socket], /is not a directory\. Name the directory/));
  await test.step("a program missing", async () => {
    const bin = join(directory, "bin");
    await Deno.mkdir(bin);
    for (const program of ["ip", "nsenter", "setpriv"]) {
      await Deno.symlink(`/usr/bin/${program}`, join(bin, program)).catch(() => {});
      await Deno.chmod(bin, 0o755);
    }
    await fails(
      [functions, ...socket],
      /Isolation needs .*"nft".*"bwrap".*apt-get install .*nftables bubblewrap/,
      { PATH: bin },
    );
  });
  await test.step("a path for the socket that is a file", () =>
    fails(
      [functions, "--socket", join(directory, "file")],
      /exists and is not a socket\. Remove it/,
    ));
  await test.step("an address of another host", () =>
    fails(
      [functions, ...socket, "--hostname", "203.0.113.99"],
      /Cannot listen on 203\.0\.113\.99:0: .* Choose another --hostname or --port\n$/,
    ));
  await test.step("a settings file that does not parse", async () => {
    await writeFiles(functions, { "ddsrv.json": '{\n  "port": "many"\n}' });
    await fails([functions, ...socket], /functions\/ddsrv\.json:2:11 is not valid in "port"/);
    await Deno.remove(join(functions, "ddsrv.json"));
  });
  await test.step("no root", async () => {
    const main = new URL("../../cli/commands/serve.ts", import.meta.url).pathname;
    const { stderr } = await new Deno.Command("unshare", {
      // A user namespace without a mapping has only the overflow user.
      args: ["--user", Deno.execPath(), "eval", "--quiet"].concat(
        `import { serve } from ${JSON.stringify(main)};
         await serve(${JSON.stringify(functions)}, { logs: true, check: true })
           .catch((error) => console.error(error.message));`,
      ),
    }).output();
    assert.match(new TextDecoder().decode(stderr), /needs root\. Run it with sudo/);
  });
  await Deno.remove(directory, { recursive: true });
});

Deno.test("serve refuses the socket of a running supervisor, which keeps running", async () => {
  await using server = await startServer({ files: { "app/index.ts": answering("app") } });
  await server.answers("/app", "app");
  const elsewhere = join(server.directory, "elsewhere");
  await Deno.mkdir(elsewhere);
  const second = await runCli(["serve", elsewhere, "--port=0", "--socket", server.socket]);
  assert.equal(second.code, 1);
  assert.match(
    second.stderr,
    /Another supervisor uses the control socket .*process \d+, which serves .*--socket/,
  );
  await server.answers("/app", "app");
});

Deno.test("serve reports a broken function without disturbing the others", async () => {
  // Long enough for the function to print its output.
  const startTimeout = `${longEnoughMs(2)}ms`;
  await using server = await startServer({
    isChecked: true,
    files: {
      "fine/index.ts": answering("fine"),
      "manifest/index.ts": answering("x"),
      "manifest/ddsrv.json": '{\n  "egress": none\n}\n',
      "greedy/index.ts": answering("x"),
      "greedy/ddsrv.json": '{ "egress": "full" }',
      "type/index.ts": "const wrong: number = 'text';\n",
      "exits/index.ts": "console.log('last words'); Deno.exit(5);\n",
      "returns/index.ts": "console.log('nothing to serve');\n",
      "silent/index.ts": "setInterval(() => {}, 1000); console.log('thinking');\n",
      "silent/ddsrv.json": JSON.stringify({ startTimeout }),
      "native/index.ts":
        "for (let i = 1; i < 100; i++) console.log(i); Deno.dlopen('./x.so', {});\n",
      "leaks/index.ts": 'throw new Error(`Cannot log in with "${Deno.env.get("KEY")}"`);\n',
      "leaks/ddsrv.json": '{ "env": { "KEY": "correct-horse" } }',
      "closed/index.ts": answering("x"),
    },
  });
  await Deno.chmod(join(server.functions, "closed/index.ts"), 0o600);
  await server.answers("/fine", "fine");
  const expected: Readonly<Record<string, RegExp>> = {
    manifest: /The manifest is not valid\n\n.*manifest\/ddsrv\.json:2:13 /,
    greedy: /asks for egress "full", but the settings allow only "internet"/,
    type: /The check failed\n\nTS2322/,
    exits: /Exited with code 5 before listening on a port\n\nlast words/,
    returns:
      /Exited with code 0 before listening on a port\. A function must keep listening\n\nnothing to serve/,
    silent: /Did not listen on any port within \d+ s\. Call Deno\.serve.*\n\nthinking/,
    native:
      /^1\n[^]*\n20\n… \d+ lines left out, see: ddsrv logs native\n[^]*Requires ffi access[^]*\nddsrv: The operator can grant ffi to this function: "functions": \{ "native":/m,
    leaks: /Cannot log in with "correct-horse"/,
    closed: /index\.ts" can't be read by the function's own user \(mode 0600\)\. Run: chmod/,
  };
  for (const [name, message] of Object.entries(expected)) {
    await server.said(`${name} failed`);
    const report = await server.inspect(name);
    const text = `${report.reason}\n\n${report.detail}`;
    assert.match(text, message, name);
  }
  const response = await fetch(`${server.url}/type`);
  assert.equal(response.status, 500);
  assert.match(await response.text(), /^The check failed\n\nTS2322/);
  const native = await (await fetch(`${server.url}/native`)).text();
  assert.match(
    native,
    /^Exited with code 1 before listening on a port\n\nerror: Uncaught \(in promise\) NotCapable: Requires ffi access to .*\nddsrv: The operator can grant ffi .*$/,
  );
  assert.ok(
    server.output().includes("native   ddsrv: The operator can grant ffi"),
    server.output(),
  );
  // Anybody may read the body, so it never contains values of variables.
  const leaks = await (await fetch(`${server.url}/leaks`)).text();
  assert.match(leaks, /\n\nerror: Uncaught \(in promise\) Error: Cannot log in with "…"$/);
  await server.answers("/fine", "fine");
  // ddsrv tries new code at once, even after a failure that it does not retry automatically.
  await server.write({ "type/index.ts": answering("fixed") });
  await server.answers("/type", "fixed");
});

Deno.test("serve reports what a slowly starting function waits for and its last lines", async () => {
  await using server = await startServer({
    files: {
      "ddsrv.json": '{ "startTimeout": "10m" }',
      "slow/index.ts": "console.log('connecting'); setInterval(() => {}, 1000);\n",
    },
  });
  await server.said("[slow] connecting");
  const hint = /^Not listening on any port after .*s\. Call Deno\.serve\(/;
  await eventually("a reason while it starts", async () => {
    const { status, reason } = await server.inspect("slow");
    return status === "starting" && hint.test(reason ?? "");
  });
  assert.equal((await server.inspect("slow")).detail, "connecting");
  assert.match((await server.cli("list")).stdout, /^slow: starting: Not listening on any/m);
  assert.match((await server.cli("inspect", "slow")).stdout, /\n\nconnecting\n$/);
});
