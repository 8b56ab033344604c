import assert from "node:assert/strict";
import { type HostOptions, requireHost } from "../../lib/isolation/require_host.ts";
import { programs } from "../../lib/system/programs.ts";
import { CommandError, type Run } from "../../lib/system/run.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

/** A host that meets all requirements, except those that a test changes. */
interface Host extends AsyncDisposable {
  readonly options: HostOptions & { readonly path: string };
  readonly commands: string[];
  readonly directory: TemporaryDirectory;
}

async function openHost(names = programs.map(({ name }) => name)): Promise<Host> {
  const directory = await temporaryDirectory();
  for (const name of names) await Deno.chmod(await directory.write(`bin/${name}`), 0o755);
  const commands: string[] = [];
  const run: Run = (command) => {
    commands.push(command[0]!);
    return Promise.resolve("--ro-bind-fd FD DEST");
  };
  return {
    options: {
      ...{ run, path: directory.at("bin"), os: "linux", isContainer: false },
      ...{ status: "CapEff:\t000001ffffffffff\n", runtimeDirectory: directory.path },
    },
    commands,
    directory,
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  };
}

Deno.test("requireHost() accepts root for full isolation, and tests each layer", async () => {
  await using host = await openHost();
  await requireHost("full", { ...host.options, uid: 0 });
  assert.deepEqual(host.commands, ["unshare", "unshare", "bwrap", "bwrap", "sh"]);
  const left = await Array.fromAsync(Deno.readDir(host.directory.path));
  assert.deepEqual(left.map(({ name }) => name), ["bin"]);
});

Deno.test("requireHost() accepts an ordinary user for rootless isolation, and tests it", async () => {
  await using host = await openHost(["bwrap", "setpriv"]);
  await requireHost("rootless", { ...host.options, uid: 1_000 });
  assert.deepEqual(host.commands, ["bwrap", "bwrap", "sh"]);
});

Deno.test("requireHost() requires nothing without isolation", async () => {
  for (const uid of [0, 1_000, null]) {
    const run: Run = () => Promise.reject(new Error("no command may run"));
    await requireHost("none", { run, uid, os: "darwin", path: "/nowhere" });
  }
});

type Change = Partial<HostOptions>;

const refusals: readonly [level: "full" | "rootless", change: Change, message: string][] = [
  [
    "full",
    { uid: 0, os: "darwin" },
    "ddsrv serve needs Linux, whose namespaces isolate functions. Here, use ddsrv dev, and send " +
    "functions to a Linux server with ddsrv deploy",
  ],
  [
    "rootless",
    { uid: 1_000, os: "windows" },
    "ddsrv serve needs Linux, whose namespaces isolate functions. Here, use ddsrv dev, and send " +
    "functions to a Linux server with ddsrv deploy",
  ],
  [
    "full",
    { uid: 1_000 },
    "ddsrv serve creates network namespaces, which needs root. Run it with sudo, or choose " +
    "--isolation=rootless",
  ],
  [
    "full",
    { uid: null },
    "ddsrv serve creates network namespaces, which needs root. Run it with sudo, or choose " +
    "--isolation=rootless",
  ],
  [
    "rootless",
    { uid: 0 },
    "Rootless isolation needs an ordinary user, but ddsrv runs as root. Remove " +
    "--isolation=rootless, or run ddsrv as another user",
  ],
  [
    "full",
    { uid: 0, path: "/nowhere" },
    'Isolation needs "ip", "nft", "bwrap", "nsenter", "setpriv", not found on the PATH. Install: ' +
    "apt-get install iproute2 nftables bubblewrap util-linux",
  ],
  [
    "rootless",
    { uid: 1_000, path: "" },
    'Isolation needs "bwrap", "setpriv", not found on the PATH. Install: ' +
    "apt-get install bubblewrap util-linux",
  ],
];

for (const [level, change, message] of refusals) {
  Deno.test(`requireHost() refuses ${level} with ${JSON.stringify(change)}`, async () => {
    await using host = await openHost();
    await assert.rejects(requireHost(level, { ...host.options, ...change }), { message });
    assert.deepEqual(host.commands, []);
  });
}

Deno.test("requireHost() names only the missing program", async () => {
  await using host = await openHost(["ip", "bwrap", "nsenter", "setpriv"]);
  await assert.rejects(requireHost("full", { ...host.options, uid: 0 }), {
    message: 'Isolation needs "nft", not found on the PATH. Install: apt-get install nftables',
  });
  await requireHost("rootless", { ...host.options, uid: 1_000 });
});

Deno.test("requireHost() gives reason and remedy for missing user namespaces", async () => {
  await using host = await openHost();
  const cause = new CommandError(["bwrap"], "exited with 1 (No permissions)");
  const run: Run = (command) =>
    command.includes("--help") ? host.options.run!(command) : Promise.reject(cause);
  await assert.rejects(requireHost("rootless", { ...host.options, run, uid: 1_000 }), (error) => {
    assert.ok(error instanceof Error);
    assert.equal(error.cause, cause);
    assert.match(
      error.message,
      /^The isolation layer "sandbox" is not available: "bwrap" failed: exited with 1 \(No permissions\)\. Allow/,
    );
    assert.match(error.message, /, or choose --isolation=none$/);
    return true;
  });
});

function withoutFilter(command: readonly string[]): Promise<string> {
  return command.includes("sh")
    ? Promise.reject(new CommandError(command, "prctl(PR_SET_SECCOMP): Invalid argument"))
    : Promise.resolve("--ro-bind-fd");
}

Deno.test("requireHost() refuses an ordinary user that can't filter system calls", async () => {
  await using host = await openHost();
  const options = { ...host.options, run: withoutFilter, uid: 1_000 };
  await assert.rejects(requireHost("rootless", options), {
    message:
      /^The isolation layer "filter" is not available: "sh .*" failed: prctl.*CONFIG_SECCOMP_FILTER/,
  });
});

Deno.test("requireHost() refuses a bubblewrap without --ro-bind-fd", async () => {
  await using host = await openHost();
  const run: Run = () => Promise.resolve("--ro-bind SRC DEST");
  for (const [level, uid] of [["full", 0], ["rootless", 1_000]] as const) {
    await assert.rejects(requireHost(level, { ...host.options, run, uid }), {
      message: 'The isolation layer "mounts" is not available: this bubblewrap has no option ' +
        "--ro-bind-fd. Upgrade bubblewrap: apt-get install bubblewrap. Debian 12 has the option " +
        "since 0.8.0-2+deb12u1, other distributions since 0.10",
    });
  }
});

const lacks: readonly [what: string, change: Change, message: RegExp][] = [
  [
    "a capability, on a host",
    { status: "CapEff:\t000001ffffffffdf\n" },
    /^The isolation layer "rights" is not available: missing capabilities: KILL\. .*=CAP_KILL\)$/,
  ],
  [
    "capabilities, in a container",
    { status: "CapEff:\t00000000a80425fb\n", isContainer: true },
    /: NET_ADMIN, SYS_ADMIN\. Run the container with --cap-add NET_ADMIN --cap-add SYS_ADMIN, or/,
  ],
  [
    "a runtime directory",
    { runtimeDirectory: "/proc/nowhere", isContainer: true },
    /^The isolation layer "runtime" is not available: cannot write to "\/proc\/nowhere": .*with --tmpfs \/run$/,
  ],
  [
    "a sandbox",
    {
      isContainer: true,
      run: (command) =>
        command[0] === "bwrap" && !command.includes("--help")
          ? Promise.reject(new CommandError(command, "pivot_root: Operation not permitted"))
          : Promise.resolve("--ro-bind-fd FD DEST"),
    },
    /^The isolation layer "sandbox" is not available: "bwrap .*" failed: pivot_root.*seccomp=unconfined/,
  ],
  [
    "a system call filter",
    { run: withoutFilter },
    /^The isolation layer "filter" is not available: "sh .*" failed: prctl.*Use a kernel with CONFIG_SECCOMP_FILTER/,
  ],
];

for (const [what, change, message] of lacks) {
  Deno.test(`requireHost() refuses root without ${what}`, async () => {
    await using host = await openHost();
    await assert.rejects(requireHost("full", { ...host.options, ...change, uid: 0 }), { message });
  });
}
