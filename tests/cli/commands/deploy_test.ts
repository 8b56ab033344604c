import fc from "fast-check";
import assert from "node:assert/strict";
import { previewName } from "../../../cli/commands/deploy/preview_name.ts";
import {
  answerLine,
  parseGreeting,
  remoteScript,
} from "../../../cli/commands/deploy/remote_script.ts";
import { sshArguments } from "../../../cli/commands/deploy/ssh_arguments.ts";
import { parseTarget, requireCommand, runsDdsrv } from "../../../cli/commands/deploy/target.ts";
import {
  chooseTarget,
  readTargetFile,
  type TargetFile,
  withTarget,
} from "../../../cli/commands/deploy/target_file.ts";
import { openTransfer } from "../../../cli/commands/deploy/transfer.ts";
import { visibleOutput } from "../../../cli/commands/deploy/visible_output.ts";
import { CliError } from "../../../cli/exit_code.ts";
import { nameProblem } from "../../../lib/config/function_name.ts";
import { temporaryDirectory } from "../../temporary_directory.ts";

Deno.test("parseTarget() reads user, host and port", () => {
  const rows: readonly (readonly [string, string | undefined, string, number | undefined])[] = [
    ["ssh://example.com", undefined, "example.com", undefined],
    ["ssh://ann@example.com:2222/", "ann", "example.com", 2222],
    ["ssh://root@192.0.2.7", "root", "192.0.2.7", undefined],
    ["ssh://a.b-c_d@[2001:db8::1]:22", "a.b-c_d", "2001:db8::1", 22],
    ["ssh://my_alias", undefined, "my_alias", undefined],
  ];
  for (const [text, user, host, port] of rows) {
    assert.deepEqual(parseTarget(text), { user, host, port }, text);
  }
});

Deno.test("parseTarget() refuses what ssh or a shell could take for something else", () => {
  const texts = [
    "",
    "example.com",
    "http://example.com",
    "ssh://",
    "ssh://-oProxyCommand=touch",
    "ssh://-l@example.com",
    "ssh://ann@-oProxyCommand=x",
    "ssh://ann@example.com;id",
    "ssh://ann@$(id)",
    "ssh://ann@`id`",
    "ssh://an n@example.com",
    "ssh://ann:secret@example.com",
    "ssh://ann@example.com:0",
    "ssh://ann@example.com:65536",
    "ssh://ann@example.com:22x",
    "ssh://ann@example.com/path",
    "ssh://ann@example.com\n",
    "ssh://ann@[::1%25eth0]",
    "ssh://ann@exämple.com",
    `ssh://${"a".repeat(600)}`,
  ];
  for (const text of texts) assert.throws(() => parseTarget(text), CliError, text);
  assert.throws(() => parseTarget("ssh://ann:secret@example.com"), (error: Error) => {
    return !error.message.includes("secret");
  });
});

Deno.test("requireCommand() takes plain words only", () => {
  for (const text of ["ddsrv", "sudo ddsrv", "sudo -n /usr/local/bin/ddsrv", "env A=1 ddsrv"]) {
    assert.equal(requireCommand(text), text);
  }
  for (const text of ["", " ", "-x", "a;b", "a 'b'", "a$b", "a  b", "a\nb", "a`b`", "a&b", 'a"b']) {
    assert.throws(() => requireCommand(text), CliError, text);
  }
});

Deno.test("runsDdsrv() knows ddsrv of the system alone", () => {
  const own = [
    "ddsrv",
    "sudo ddsrv",
    "sudo -n -u ann /usr/local/bin/ddsrv",
    "doas /opt/a-1.2/ddsrv",
  ];
  for (const text of own) assert.ok(runsDdsrv(text), text);
  const others = [
    "npx ddsrv",
    "npx evil",
    "rm -rf -- ddsrv",
    "src/evil/ddsrv",
    "./ddsrv",
    "/tmp/ddsrv",
    "/usr/../tmp/ddsrv",
    "/usr/.x/ddsrv",
    "sudo -s ddsrv",
    "sudo -u -s ddsrv",
    "env LD_PRELOAD=/tmp/x ddsrv",
    "ddsrv x",
    "xddsrv",
    "ddsrv\n",
  ];
  for (const text of others) assert.ok(!runsDdsrv(text), text);
});

Deno.test("chooseTarget() runs no other program that a file names", () => {
  const command = "npx evil";
  const file: TargetFile = { targets: { default: { url: "ssh://localhost", command } } };
  assert.throws(() => chooseTarget(file, {}), /runs another program than ddsrv: "npx evil"/);
  assert.throws(() => chooseTarget(file, { to: "default" }), /pass it to ddsrv deploy: --command/);
  assert.equal(chooseTarget(file, { command }).command, command);
});

Deno.test("sshArguments() never asks without a terminal, and ends the options", () => {
  const target = parseTarget("ssh://ann@example.com:2222");
  const args = sshArguments(target, { script: "exec x", canAsk: false });
  assert.deepEqual(args.slice(0, 3), ["-T", "-o", "BatchMode=yes"]);
  assert.deepEqual(args.slice(-5), ["-p", "2222", "--", "ann@example.com", "exec x"]);
  assert.ok(!sshArguments(target, { script: "", canAsk: true }).includes("BatchMode=yes"));
  assert.ok(!args.some((one) => /StrictHostKeyChecking/.test(one)));
});

Deno.test("remoteScript() passes arguments unchanged through a shell", async () => {
  await using directory = await temporaryDirectory();
  const ddsrv = await directory.write(
    "ddsrv",
    '#!/bin/sh\ncase "$*" in --version) echo 1.2.3 ;; *--help) echo "--ttl" ;; ' +
      '*) printf "%s\\0" "$@"; cat ;; esac\n',
  );
  await Deno.chmod(ddsrv, 0o755);
  const script = remoteScript(ddsrv);
  assert.equal(script.match(/'/g)?.length, 2);
  assert.doesNotMatch(script, /[!\\\n]/);
  const property = fc.asyncProperty(
    fc.array(fc.string({ unit: "grapheme" }).filter((word) => !/[\0\n\r]/.test(word))),
    async (args) => {
      const child = new Deno.Command("sh", {
        args: ["-c", script],
        stdin: "piped",
        stdout: "piped",
      })
        .spawn();
      const writer = child.stdin.getWriter();
      await writer.write(new TextEncoder().encode(`${answerLine(args)}rest`));
      await writer.close();
      const text = new TextDecoder().decode((await child.output()).stdout);
      assert.equal(text, `ddsrv-deploy:1:1.2.3\n${["add", "-", ...args].join("\0")}\0rest`);
    },
  );
  await fc.assert(property, {
    numRuns: 20,
    examples: [[["--name", 'it\'s $(id) `id` "x" \\ !! ~ *', "", "-n"]]],
  });
});

Deno.test("visibleOutput() leaves no control character, and JSON as it is", () => {
  assert.equal(
    visibleOutput("a\x1b]0;x\x07\r\n\tb\x9b2J\rc"),
    "a\\u001b]0;x\\u0007\n\tb\\u009b2J\\u000dc",
  );
  const value = { name: "a\x7f\u202e\x9b\n\t\x1b" };
  const text = visibleOutput(JSON.stringify(value, null, 2));
  assert.deepEqual(JSON.parse(text), value);
  // deno-lint-ignore no-control-regex
  assert.doesNotMatch(text, /[\x1b\x7f\x9b\u202e]/);
});

Deno.test("parseGreeting() knows a server, its absence and other output", () => {
  assert.deepEqual(parseGreeting("ddsrv-deploy:1:0.2.0\r"), {
    type: "ddsrv",
    version: "0.2.0",
    isCurrent: true,
  });
  assert.deepEqual(parseGreeting("ddsrv-deploy:0:"), {
    type: "ddsrv",
    version: "",
    isCurrent: false,
  });
  assert.deepEqual(parseGreeting("ddsrv-deploy:none"), { type: "none" });
  assert.equal(parseGreeting("Welcome! ddsrv-deploy:1:0.2.0"), undefined);
});

Deno.test("previewName() makes labels valid and distinct", () => {
  const rows: readonly (readonly [string, string, string])[] = [
    ["shop", "pr-12", "shop--pr-12"],
    ["shop", "feature/Größe_2!", "shop--feature-gro-e-2"],
    ["shop", "--x--", "shop--x"],
    ["shop", "🦕", ""],
    ["shop", "../..", ""],
  ];
  for (const [name, label, preview] of rows) assert.equal(previewName(name, label), preview);
  const names = new Set<string>();
  for (const base of ["x".repeat(60), "ü".repeat(30), "🦕".repeat(15)]) {
    for (
      const label of ["a", "b", "a".repeat(60), `${"a".repeat(60)}b`, "dependabot/npm/x-1.2.3"]
    ) {
      const name = previewName(base, label);
      assert.equal(nameProblem(name), undefined, name);
      assert.ok(new TextEncoder().encode(name).length <= 63, name);
      names.add(name);
    }
  }
  assert.equal(names.size, 15);
});

const FILE: TargetFile = {
  targets: {
    default: "ssh://ann@one",
    staging: { url: "ssh://bob@two:22", command: "sudo ddsrv" },
  },
};

Deno.test("chooseTarget() finds the server by name, URL or default", () => {
  const rows: readonly (readonly [TargetFile, { to?: string; command?: string }, string])[] = [
    [FILE, {}, "one ddsrv -"],
    [FILE, { to: "staging" }, "two sudo ddsrv -"],
    [FILE, { to: "staging", command: "ddsrv" }, "two ddsrv staging"],
    [FILE, { to: "ssh://three" }, "three ddsrv -"],
    [FILE, { to: "live=ssh://three", command: "sudo ddsrv" }, "three sudo ddsrv live"],
    [{}, { to: "ssh://three" }, "three ddsrv default"],
    [{}, { to: "staging=ssh://three" }, "three ddsrv staging"],
  ];
  for (const [file, options, wanted] of rows) {
    const { target, command, remember } = chooseTarget(file, options);
    assert.equal(`${target.host} ${command} ${remember?.name ?? "-"}`, wanted);
  }
});

Deno.test("chooseTarget() explains what it can't find", () => {
  const rows: readonly (readonly [TargetFile, string | undefined, RegExp])[] = [
    [{}, undefined, /Name the server: ddsrv deploy --to ssh/],
    [{ targets: { a: "ssh://a", b: "ssh://b" } }, undefined, /--to a, or --to b$/],
    [FILE, "live", /no target "live" in \.ddsrv\.json: it has default, staging\./],
    [{}, "constructor", /no target "constructor"/],
    [FILE, "ann@one", /Write ssh:\/\/user@host, or NAME=/],
    [FILE, "-x=ssh://a", /is not a server or the name of one/],
    [FILE, "HTTP://one", /is not a server: write/],
    [{ targets: { default: "ssh://-o" } }, undefined, /is not a server/],
    [{ targets: { default: { url: "ssh://a", command: "a;b" } } }, undefined, /plain words/],
  ];
  for (const [file, to, said] of rows) assert.throws(() => chooseTarget(file, { to }), said);
});

Deno.test("withTarget() keeps other targets, and returns nothing without a change", () => {
  const { remember } = chooseTarget(FILE, { to: "live=ssh://three" });
  const text = withTarget(FILE, remember!);
  assert.deepEqual(JSON.parse(text!), { targets: { ...FILE.targets, live: "ssh://three" } });
  assert.equal(withTarget(JSON.parse(text!), remember!), undefined);
});

Deno.test("readTargetFile() refuses other keys and other files", async () => {
  await using folder = await temporaryDirectory();
  assert.deepEqual(await readTargetFile(folder.path), {});
  for (const text of ["[]", '{ "password": "x" }', '{ "targets": { "-a": "ssh://a" } }', "{"]) {
    await folder.write(".ddsrv.json", text);
    await assert.rejects(readTargetFile(folder.path), { name: "ConfigError" }, text);
  }
  await Deno.remove(folder.at(".ddsrv.json"));
  await Deno.symlink("/etc/passwd", folder.at(".ddsrv.json"));
  await assert.rejects(readTargetFile(folder.path), /is not a regular file/);
});

Deno.test("openTransfer() changes one line of a terminal, and writes few lines to a log", () => {
  for (const isTerminal of [true, false]) {
    let nowMs = 0;
    const written: string[] = [];
    const transfer = openTransfer({
      name: "shop\x1b",
      totalBytes: 100 * 1024 ** 2,
      isTerminal,
      write: (text) => written.push(text),
      now: () => nowMs,
    });
    for (; nowMs < 25_000; nowMs += 100) transfer.sent(100 * 1024);
    transfer.clear();
    transfer.clear();
    assert.equal(written.length, isTerminal ? 124 : 2);
    assert.equal(
      written[isTerminal ? 0 : 1],
      isTerminal
        ? "\r\x1b[2K\x1b[?7lshop\\x1b  sent 600.0KiB of 100.0MiB, 1.2MiB/s\x1b[?7h"
        : "shop\\x1b: sent 19.6MiB of 100.0MiB, 1005.0KiB/s\n",
    );
    assert.equal(written.at(-1)?.startsWith("\r"), isTerminal);
  }
});
