import assert from "node:assert/strict";
import {
  checkCommand,
  infoCommand,
  installCommands,
  lockCommand,
  type ModuleOptions,
  runCommand,
  type RunCommandOptions,
} from "../../lib/sandbox/deno_command.ts";
import { defaultPermissions } from "../../lib/config/permissions.ts";
import { SANDBOX_PATHS } from "../../lib/sandbox/sandbox_paths.ts";

const plain: ModuleOptions = {
  entry: "index.ts",
  importMap: undefined,
  allowImport: [],
  nodeModules: "none",
};
const mapped: ModuleOptions = {
  entry: "index.ts",
  importMap: "/f/a b/import_map.json",
  allowImport: ["x:1", "y"],
  nodeModules: "manual",
};

const run = (options: ModuleOptions): RunCommandOptions => ({
  ...options,
  permissions: defaultPermissions,
  listen: { type: "tcp", hostname: "0.0.0.0", port: 8_000 },
  paths: SANDBOX_PATHS,
});

const commands: readonly [name: string, make: (options: ModuleOptions) => string[]][] = [
  ["checkCommand", (options) => checkCommand(options)],
  ["infoCommand", (options) => infoCommand(options)],
  ["runCommand", (options) => runCommand(run(options))],
];

for (const [name, make] of commands) {
  Deno.test(`${name}() starts with the sandbox's Deno, and ends with the entry`, () => {
    for (const options of [plain, mapped]) {
      const command = make(options);
      assert.equal(command[0], "/ddsrv/deno");
      assert.equal(command.at(-1), "index.ts");
      assert.ok(command.includes("--no-lock"));
    }
  });

  Deno.test(`${name}() uses the folder's lock file, and never changes it`, () => {
    const command = make({ ...plain, ownLock: "/f/a/deno.lock" });
    assert.ok(command.includes("--lock=/f/a/deno.lock"));
    assert.ok(command.includes("--frozen"));
    assert.ok(!command.includes("--no-lock"));
  });

  Deno.test(`${name}() overrides the folder's configuration of package installation`, () => {
    assert.ok(make(plain).includes("--node-modules-dir=none"));
    assert.ok(make(mapped).includes("--node-modules-dir=manual"));
    assert.ok(make(plain).includes("--vendor=false"));
  });

  Deno.test(`${name}() passes an import map`, () => {
    assert.ok(!make(plain).some((one) => one.startsWith("--import-map")));
    assert.ok(make(mapped).includes("--import-map=/f/a b/import_map.json"));
  });

  Deno.test(`${name}() adds hosts to Deno's own list`, () => {
    const [own, more] = [plain, mapped].map((options) =>
      make(options).find((one) => one.startsWith("--allow-import="))!
    );
    assert.ok(own!.includes("jsr.io:443"));
    assert.equal(more, `${own},x:1,y`);
  });
}

Deno.test("installCommands() run no scripts, and cover entry and workers", () => {
  const options = { ...plain, entry: "-a.js", workers: ["w.ts"] };
  const commands = [...installCommands(options), lockCommand(plain)];
  for (const command of commands) {
    assert.deepEqual(command.slice(0, 2), ["/ddsrv/deno", "install"]);
    assert.ok(command.includes("--node-modules-dir=auto"));
    assert.ok(command.includes("--allow-scripts=npm:none@<0.0.0-0"));
    assert.ok(!command.includes("--node-modules-dir=none"));
  }
  assert.deepEqual(commands[1]!.slice(-3), ["--entrypoint", "./-a.js", "w.ts"]);
  assert.equal(commands[2]!.at(-1), "--lockfile-only");
});

Deno.test("vendored modules are used on request", () => {
  for (const [, make] of commands) {
    assert.ok(make({ ...plain, isVendored: true }).includes("--vendor=true"));
  }
});

Deno.test("checkCommand() accepts another Deno", () => {
  assert.deepEqual(checkCommand(plain, "/bin/deno").slice(0, 2), ["/bin/deno", "check"]);
});

Deno.test("infoCommand() requests JSON", () => {
  assert.ok(infoCommand(plain).includes("--json"));
});

Deno.test("runCommand() allows no programs, and writes only to /tmp and the data", () => {
  const rights = runCommand(run(plain)).filter((one) => /^(-A|--allow-(?!import))/.test(one));
  assert.deepEqual(rights, [
    "--allow-net",
    "--allow-read",
    "--allow-write=/tmp,/ddsrv/data",
    "--allow-env",
    "--allow-sys",
  ]);
  assert.ok(runCommand(run(plain)).includes("--no-prompt"));
});

Deno.test("runCommand() limits V8's heap on request", () => {
  const command = runCommand({ ...run(plain), heapBytes: 64 * 1024 ** 2 });
  assert.ok(command.includes("--v8-flags=--max-old-space-size=64"));
});

Deno.test("a check may add to the lock file that it makes, and a run may not", () => {
  const made = { path: "/ddsrv/cache/lock-1.json", isFrozen: false };
  for (
    const command of [checkCommand({ ...plain, lock: made }), infoCommand({ ...plain, lock: made })]
  ) {
    assert.ok(command.includes("--lock=/ddsrv/cache/lock-1.json"));
    assert.ok(command.includes("--frozen=false"));
  }
  const command = runCommand({ ...run(plain), lock: { path: "/ddsrv/deno.lock", isFrozen: true } });
  assert.ok(command.includes("--lock=/ddsrv/deno.lock"));
  assert.ok(command.includes("--frozen=true"));
});
