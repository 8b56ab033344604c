import assert from "node:assert/strict";
import { dirname } from "node:path";
import {
  baseEnvironment,
  functionEnvironment,
  runCommand,
} from "../../lib/sandbox/deno_command.ts";
import { defaultPermissions } from "../../lib/config/permissions.ts";
import { SANDBOX_PATHS } from "../../lib/sandbox/sandbox_paths.ts";
import { sandboxCommand, type SandboxOptions } from "../../lib/sandbox/sandbox.ts";

const listen = { type: "tcp", hostname: "0.0.0.0", port: 8_001 } as const;

const options: SandboxOptions = {
  network: { path: "/run/netns/ddsrv-0a1b2c-1" },
  uid: 1_879_048_193,
  mounts: [
    { source: "/host/deno", target: "/ddsrv/deno" },
    { source: "/host/hosts", target: "/etc/hosts" },
    { source: "/real/f/a b", target: "/srv/very/deep/functions/a b" },
    { source: "/real/f/_shared", target: "/srv/very/deep/functions/_shared" },
    { source: "/host/cache", target: "/ddsrv/cache/remote", isWritable: true },
  ],
  scratch: ["/ddsrv/cache"],
  workingDirectory: "/srv/very/deep/functions/a b",
  command: ["/ddsrv/deno", "run", "index.ts"],
};

/** Arguments that bwrap reads from its input. */
function files(of: SandboxOptions): string[] {
  return sandboxCommand(of).input.split("\0");
}

/** Index of `part` in `whole`, or -1. */
function find(whole: readonly string[], part: readonly string[]): number {
  return whole.findIndex((_, index) => part.every((one, offset) => whole[index + offset] === one));
}

function has(whole: readonly string[], part: readonly string[]): boolean {
  return find(whole, part) !== -1;
}

Deno.test("sandboxCommand() enters the network, then the sandbox, then drops the user", () => {
  const { command } = sandboxCommand({
    ...options,
    joinFiles: ["/g/memory/cgroup.procs", "/g/pids/x"],
  });
  assert.deepEqual(command.slice(0, 2), ["sh", "-c"]);
  assert.deepEqual(command.slice(3, 18), [
    ...["sh", "-", "-", "-", "-", "-", "-", "-"],
    ...["--", "/g/memory/cgroup.procs", "/g/pids/x", "--"],
    ...["nsenter", "--net=/run/netns/ddsrv-0a1b2c-1", "bwrap"],
  ]);
  assert.deepEqual(command.slice(command.lastIndexOf("--")), [
    "--",
    "/ddsrv/setpriv",
    "--reuid",
    "1879048193",
    "--regid",
    "1879048193",
    "--clear-groups",
    "--no-new-privs",
    "--inh-caps=-all",
    "--ambient-caps=-all",
    "--bounding-set=-all",
    "/ddsrv/deno",
    "run",
    "index.ts",
  ]);
});

Deno.test("sandboxCommand() keeps the caller's network without a namespace", () => {
  const { network: _, ...rest } = options;
  assert.equal(sandboxCommand(rest).command.slice(3, 14).join(" "), "sh - - - - - - - -- -- bwrap");
});

Deno.test("sandboxCommand() passes a system call filter to bwrap", () => {
  const { command } = sandboxCommand({ ...options, systemCallFilter: "/run/x/filter" });
  assert.deepEqual(command.slice(3, 7), ["sh", "-", "/run/x/filter", "-"]);
  assert.ok(has(command, ["--seccomp", "4"]));
  assert.ok(!sandboxCommand(options).command.includes("--seccomp"));
});

Deno.test("sandboxCommand() creates a loopback network on request", () => {
  const { command } = sandboxCommand({ ...options, network: "loopback" });
  assert.ok(command.includes("--unshare-net"));
  assert.ok(!sandboxCommand(options).command.includes("--unshare-net"));
});

Deno.test("sandboxCommand() creates a user namespace without a uid", () => {
  const { uid: _, ...rest } = options;
  const { command } = sandboxCommand({ ...rest, network: "loopback" });
  assert.ok(has(command, ["--unshare-user", "--disable-userns"]));
  assert.ok(has(files(rest), ["--remount-ro", "/"]));
  assert.ok(!command.includes("/ddsrv/setpriv") && !command.includes("--cap-add"));
  assert.ok(has(command, ["--", ...options.command]));
});

Deno.test("sandboxCommand() creates links after their directories", () => {
  const links = [{ path: "/etc/hosts", target: "/ddsrv/names/hosts" }];
  assert.ok(
    has(files({ ...options, links }), ["--symlink", "/ddsrv/names/hosts", "/etc/hosts"]),
  );
});

for (
  const part of [
    ["--die-with-parent"],
    ["--new-session"],
    ["--unshare-pid"],
    ["--unshare-ipc"],
    ["--unshare-uts"],
    ["--cap-drop", "ALL"],
    ["--args", "3"],
  ]
) {
  Deno.test(`sandboxCommand() has the arguments ${part.join(" ")}`, () => {
    const { command } = sandboxCommand(options);
    assert.ok(has(command.slice(0, command.lastIndexOf("--")), part));
  });
}

for (
  const part of [
    ["--ro-bind-try", "/usr/lib", "/usr/lib"],
    ["--ro-bind-try", "/lib64", "/lib64"],
    ["--ro-bind", "/usr/bin/setpriv", "/ddsrv/setpriv"],
    ["--proc", "/proc"],
    ["--dev", "/dev", "--remount-ro", "/dev"],
    ["--size", "268435456", "--perms", "1777", "--tmpfs", "/tmp"],
    ["--perms", "0755", "--tmpfs", "/etc"],
    ["--chdir", "/srv/very/deep/functions/a b"],
  ]
) {
  Deno.test(`sandboxCommand() passes ${part.join(" ")} by the input`, () => {
    assert.ok(has(files(options), part));
  });
}

Deno.test("sandboxCommand() shows programs only on request, and never all of /usr", () => {
  const shown = (programs: boolean): string[] => files({ ...options, programs });
  for (const path of ["/usr/bin", "/bin", "/usr/local/lib", "/usr/share"]) {
    assert.ok(!has(shown(false), [path, path]), path);
    assert.ok(has(shown(true), ["--ro-bind-try", path, path]), path);
  }
  for (const path of ["/usr", "/usr/local", "/usr/src", "/usr/include", "/usr/local/etc"]) {
    assert.ok(!has(shown(true), [path, path]), path);
  }
});

Deno.test("sandboxCommand() can hide endless devices", () => {
  const devices = files({ ...options, devices: "none" });
  assert.ok(has(devices, ["--tmpfs", "/dev", "--dev-bind", "/dev/null", "/dev/null"]));
  assert.ok(has(devices, ["--remount-ro", "/dev"]) && !devices.includes("--dev"));
});

Deno.test("sandboxCommand() keeps only the capabilities that setpriv needs", () => {
  const { command } = sandboxCommand(options);
  const kept = command.filter((_, index) => command[index - 1] === "--cap-add");
  assert.deepEqual(kept, ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"]);
});

Deno.test("sandboxCommand() mounts read-only by default", () => {
  const command = files(options);
  for (const { source, target, isWritable } of options.mounts) {
    assert.ok(has(command, [isWritable ? "--bind" : "--ro-bind", String(source), target]), target);
  }
  assert.equal(command.filter((one) => one === "--bind").length, 1);
});

Deno.test("sandboxCommand() mounts open paths by descriptor", () => {
  const held = (number: number) => ({ pathForChildren: `/proc/7/fd/${number}` });
  const [first, second] = [held(41), held(42)];
  const mounts = [
    { source: first, target: "/f/a" },
    { source: "/host/deno", target: "/ddsrv/deno" },
    { source: second, target: "/f/deno.json", isWritable: true },
  ];
  const { command } = sandboxCommand({ ...options, mounts });
  assert.deepEqual(command.slice(3, 12), [
    ...["sh", "-", "-", "/proc/7/fd/41", "/proc/7/fd/42", "-", "-", "-", "--"],
  ]);
  assert.ok(has(files({ ...options, mounts }), ["--ro-bind-fd", "5", "/f/a"]));
  assert.ok(has(files({ ...options, mounts }), ["--bind-fd", "6", "/f/deno.json"]));
  const six = Array.from({ length: 6 }, (_, index) => ({ source: held(index), target: "/x" }));
  assert.throws(() => sandboxCommand({ ...options, mounts: six }), RangeError);
});

Deno.test("sandboxCommand() reads the mounts from a file on request", () => {
  const { command, input } = sandboxCommand({ ...options, inputFile: "/run/x/input" });
  assert.deepEqual(command.slice(3, 6), ["sh", "/run/x/input", "-"]);
  assert.equal(input, sandboxCommand(options).input);
});

Deno.test("sandboxCommand() reveals no host path inside", () => {
  const { command } = sandboxCommand(options);
  const inside = command.slice(command.indexOf("bwrap"));
  assert.deepEqual(inside.filter((one) => /^\/(host|real)/.test(one)), []);
});

Deno.test("sandboxCommand() converts limits to ulimit's units", () => {
  const limits = { cpuSeconds: 1.5, fileBytes: 1_048_576, dataBytes: 1_048_576, files: 256 };
  const { command } = sandboxCommand({ ...options, limits });
  assert.ok(
    has(command, ["-", "-St", "2", "-Ht", "4", "-f", "2048", "-d", "1024", "-n", "256", "--"]),
  );
});

Deno.test("sandboxCommand() creates each parent directory once, readable, outermost first", () => {
  const command = files(options);
  const given = new Set(["/", "/tmp", "/etc", "/dev"]);
  for (const target of [...options.scratch!, ...options.mounts.map((mount) => mount.target)]) {
    const mounted = command.findIndex((one, index) =>
      one === target && (command[index - 1] === "--tmpfs" || /bind$/.test(command[index - 2]!))
    );
    assert.notEqual(mounted, -1, target);
    let before = mounted;
    for (let path = dirname(target); !given.has(path); path = dirname(path)) {
      const made = find(command, ["--perms", "0755", "--dir", path]);
      if (options.scratch!.includes(path)) continue;
      assert.ok(made !== -1 && made < before, `${path} on the way to ${target}`);
      before = made;
    }
  }
  const made = command.filter((_, index) => command[index - 1] === "--dir");
  assert.equal(new Set(made).size, made.length);
  command.forEach((one, index) => {
    if (one !== "--dir") return;
    assert.deepEqual(command.slice(index - 2, index), ["--perms", "0755"], command[index + 1]);
  });
});

Deno.test("sandboxCommand() mounts scratch directories before mounts inside them", () => {
  const command = files(options);
  const scratch = find(command, [
    ...["--size", "268435456", "--perms", "1777"],
    ...["--tmpfs", "/ddsrv/cache"],
  ]);
  const first = command.findIndex((one, index) =>
    /bind$/.test(one) && command[index + 1] !== "/dev/null"
  );
  assert.ok(0 < scratch && scratch < first);
});

Deno.test("sandboxCommand() never contains a function's variables", () => {
  const { command } = sandboxCommand({
    ...options,
    command: runCommand({
      entry: "index.ts",
      importMap: undefined,
      nodeModules: "none",
      allowImport: [],
      permissions: defaultPermissions,
      listen,
      paths: SANDBOX_PATHS,
    }),
  });
  assert.ok(!command.some((one) => ["--setenv", "--clearenv", "env"].includes(one)));
  // The only shell script is always the same.
  assert.equal(command[2], sandboxCommand({ ...options, command: ["x"] }).command[2]);
  assert.equal(command.lastIndexOf("-c"), 1);
});

Deno.test("functionEnvironment() contains nothing that a function chooses", () => {
  assert.deepEqual(functionEnvironment({ listen, port: 8_001, paths: SANDBOX_PATHS }), {
    ...baseEnvironment(),
    PORT: "8001",
    DDSRV_DATA: "/ddsrv/data",
    DENO_SERVE_ADDRESS: "tcp:0.0.0.0:8001",
    DENO_TRUST_PROXY_HEADERS: "1",
    DENO_LOG: "error,ext:runtime_main=off",
  });
});

Deno.test("functionEnvironment() moves no listener without an address", () => {
  const environment = functionEnvironment({ port: 8_001, paths: SANDBOX_PATHS });
  assert.ok(!("DENO_SERVE_ADDRESS" in environment));
  assert.equal(environment.PORT, "8001");
});

Deno.test("sandboxCommand() opens the ports below 1024 of the network namespace", () => {
  const { command } = sandboxCommand({ ...options, network: { path: "/n" }, hasAllPorts: true });
  const at = command.indexOf("nsenter");
  assert.deepEqual(command.slice(at, at + 4), ["nsenter", "--net=/n", "sh", "-c"]);
  assert.match(command[at + 4]!, /^echo 0 .*ip_unprivileged_port_start; exec "\$@"$/);
});

Deno.test("baseEnvironment() inherits only certificate variables", () => {
  const own = new Set(["PATH", "HOME", "LANG", "DENO_DIR", "DENO_NO_UPDATE_CHECK", "NO_COLOR"]);
  const certificates = /^(DENO_CERT|DENO_TLS_CA_STORE|NODE_EXTRA_CA_CERTS|SSL_CERT_(DIR|FILE))$/;
  for (const [name, value] of Object.entries(baseEnvironment())) {
    if (certificates.test(name)) assert.equal(value, Deno.env.get(name));
    else assert.ok(own.delete(name), name);
  }
  assert.equal(own.size, 0);
});
