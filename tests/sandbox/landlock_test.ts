import assert from "node:assert/strict";
import { landlockCommand } from "../../lib/sandbox/landlock.ts";
import { sandboxCommand, type SandboxOptions } from "../../lib/sandbox/sandbox.ts";

/** Rights by path, as passed to the script. */
function granted(command: readonly string[]): Map<string, number> {
  const pairs = command.slice(command.indexOf("-e") + 3);
  const end = pairs.indexOf("--");
  const paths = pairs.slice(0, end).filter((_, index) => index % 2 === 1);
  return new Map(paths.map((path, index) => [path, Number(pairs[index * 2])]));
}

/** From linux/landlock.h. */
const [EXECUTE, WRITE_FILE, READ_FILE, READ_DIR] = [1, 2, 4, 8];
const [MAKE_CHAR, MAKE_BLOCK, REFER, TRUNCATE, IOCTL_DEV] = [64, 2_048, 8_192, 16_384, 32_768];

Deno.test("landlockCommand() uses the bits of linux/landlock.h", () => {
  const rule = (access: "list" | "read" | "use" | "write", isExecutable = false): number => {
    const command = landlockCommand([{ path: "/x", access, isExecutable }], ["true"]);
    assert.deepEqual(command.slice(-2), ["--", "true"]);
    return granted(command).get("/x")!;
  };
  assert.equal(rule("list"), READ_DIR);
  assert.equal(rule("read"), READ_FILE | READ_DIR);
  assert.equal(rule("read", true), READ_FILE | READ_DIR | EXECUTE);
  assert.equal(rule("use"), READ_FILE | READ_DIR | WRITE_FILE | TRUNCATE | IOCTL_DEV);
  assert.equal(rule("write"), 32_767 - EXECUTE - MAKE_CHAR - MAKE_BLOCK);
  assert.ok(rule("write") & REFER, "files may be moved between directories");
});

const options: SandboxOptions = {
  landlock: true,
  uid: 54_321,
  scratch: ["/ddsrv/cache"],
  mounts: [
    { source: "/host/deno", target: "/ddsrv/deno" },
    { source: "/host/a", target: "/functions/a" },
    { source: "/host/data", target: "/ddsrv/data", isWritable: true },
  ],
  workingDirectory: "/functions/a",
  command: ["/ddsrv/deno", "run", "index.ts"],
};

Deno.test("sandboxCommand() passes rules to Landlock that match its mounts", () => {
  const { command } = sandboxCommand(options);
  const rights = granted(command);
  const has = (path: string, right: number): boolean => (rights.get(path)! & right) === right;
  for (const path of ["/functions/a", "/ddsrv/deno", "/usr/lib", "/proc", "/etc"]) {
    assert.ok(has(path, READ_FILE) && !has(path, WRITE_FILE), path);
  }
  for (const path of ["/ddsrv/data", "/ddsrv/cache", "/tmp"]) {
    assert.ok(has(path, WRITE_FILE | READ_FILE | TRUNCATE), path);
  }
  assert.equal(rights.get("/"), READ_DIR);
  const executable = [...rights.keys()].filter((path) => has(path, EXECUTE));
  assert.deepEqual(executable, [
    ...["/usr/lib", "/usr/lib64", "/lib", "/lib64"],
    "/ddsrv/deno",
  ]);
  // It drops its rights after all mounts, as the function's user: nothing else runs after that.
  assert.ok(command.indexOf("/ddsrv/perl") > command.lastIndexOf("/ddsrv/setpriv"));
  assert.ok(command.indexOf("/ddsrv/setpriv") > command.indexOf("bwrap"));
});

Deno.test("sandboxCommand() parks in Landlock's program, and only on request", () => {
  const flagOf = ({ command }: { readonly command: readonly string[] }): string =>
    command[command.indexOf("-e") + 2]!;
  assert.equal(flagOf(sandboxCommand(options)), "0");
  assert.equal(flagOf(sandboxCommand({ ...options, isParked: false })), "0");
  assert.equal(flagOf(sandboxCommand({ ...options, isParked: true })), "1");
});

Deno.test("sandboxCommand() with programs allows written files to execute", () => {
  const rights = granted(sandboxCommand({ ...options, programs: true }).command);
  for (const path of ["/usr/bin", "/tmp", "/ddsrv/data", "/functions/a"]) {
    assert.ok(rights.get(path)! & EXECUTE, path);
  }
  assert.ok(!(rights.get("/proc")! & WRITE_FILE));
});

Deno.test("sandboxCommand() has neither perl nor rules without Landlock", () => {
  const { command, input } = sandboxCommand({ ...options, landlock: false });
  assert.ok(![...command, ...input.split("\0")].some((one) => one.includes("perl")));
});
