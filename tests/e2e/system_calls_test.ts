// The system call filter applies to every check and every run. Each refused call, which the kernel
// alone would allow, is tested in tests/isolation/system_call_attacks_test.ts.
import assert from "node:assert/strict";
import { join } from "node:path";
import { systemCalls } from "../../lib/sandbox/system_calls.ts";
import { WORLD } from "../world.ts";
import {
  answering,
  COMMAND,
  eventually,
  host,
  type Server,
  startServer,
} from "./support/harness.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";

/** A function that runs the perl code of a request and returns its output. */
const PERL = `Deno.serve(async (request) => {
  const args = ["-e", await request.text()];
  const { stdout, stderr } = new Deno.Command("perl", { args }).outputSync();
  return new Response(new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr));
});\n`;

function numberOf(name: string): number {
  return systemCalls().find((call) => call.name === name)!.numbers[Deno.build.arch]!;
}

/** Adds a key to a new session keyring, and executes the following command. */
const WITH_KEY = `
my ($type, $name, $secret) = ("user", "ddsrv-e2e", "of root alone");
syscall(${numberOf("keyctl")}, 1, 0) != -1 or die "join: $!";
syscall(${numberOf("add_key")}, $type, $name, $secret, length $secret, -3) != -1 or die "add: $!";
exec @ARGV or die "exec: $!";
`;

/** Prints the key of its session, and adds one for others. */
const READ_KEY = `
my ($type, $name, $buffer) = ("user", "ddsrv-e2e", "\\0" x 64);
my $id = syscall(${numberOf("keyctl")}, 10, -3, $type, $name, 0);
my $length = $id == -1 ? -1 : syscall(${numberOf("keyctl")}, 11, $id, $buffer, 64);
print $length == -1 ? "read: $!" : substr $buffer, 0, $length;
my $note = "from one to the other";
print syscall(${numberOf("add_key")}, $type, $name, $note, length $note, -3) == -1
  ? ", add: $!" : ", added";
`;

Deno.test("system calls: a function can't access keys of the supervisor's session", async () => {
  const withKey = ["-e", WITH_KEY, "--"];
  // Positive control: any user in that session can read it, as root's sandboxes could.
  const user = ["setpriv", "--reuid=54321", "--regid=54321", "--clear-groups", "--no-new-privs"];
  assert.equal(
    await host("perl", ...withKey, ...user, "perl", "-e", READ_KEY),
    "of root alone, added",
  );
  await using server = await startServer({
    command: ["perl", ...withKey, ...COMMAND],
    files: {
      "ddsrv.json": '{ "permissions": { "run": true } }',
      "app/index.ts": PERL,
      "other/index.ts": PERL,
    },
  });
  for (const name of ["app", "other"]) {
    await server.said(`${name} ready`);
    assert.equal(
      await perl(server, name, READ_KEY),
      "read: Operation not permitted, add: Operation not permitted",
    );
  }
});

async function perl(server: Server, name: string, code: string): Promise<string> {
  return await (await fetch(`${server.url}/${name}`, { method: "POST", body: code })).text();
}

/** Opens a server in the pretend internet that never answers. */
async function openSilence(port: number): Promise<AsyncDisposable> {
  const code = `const listener = Deno.listen({ hostname: "${WORLD.other}", port: ${port} });
    console.log("listening");
    const held = [];
    for await (const one of listener) held.push(one);`;
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", "world", Deno.execPath(), "eval", "--quiet", code],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

/** Returns the status of the process that checks a directory. */
async function statusOfCheck(directory: string): Promise<string | undefined> {
  for await (const { name } of Deno.readDir("/proc")) {
    const path = join("/proc", name);
    if (await Deno.readLink(join(path, "cwd")).catch(() => "") !== directory) continue;
    const command = await Deno.readTextFile(join(path, "cmdline")).catch(() => "");
    if (/^[^\0]*deno\0check\0/.test(command)) {
      return await Deno.readTextFile(join(path, "status")).catch(() => undefined);
    }
  }
}

const SILENT_PORT = 8_091;

const WAITING = {
  "app/index.ts": answering("app"),
  "waiting/index.ts": `import "http://${WORLD.other}:${SILENT_PORT}/silent.ts";\n`,
};

const ALLOW_SILENT = ["--allow-import", `${WORLD.other}:${SILENT_PORT}`];

async function assertAllFiltered(server: Server): Promise<void> {
  await server.answers("/app", "app");
  const { pid } = await server.inspect("app");
  let check: string | undefined;
  await eventually("a check waits for its module", async () => {
    check = await statusOfCheck(join(server.functions, "waiting"));
    return check !== undefined;
  });
  // The tests may run in a container, which has its own filter.
  const around = countFilters(await Deno.readTextFile(`/proc/${server.pid}/status`));
  assert.equal(countFilters(await Deno.readTextFile(`/proc/${pid}/status`)), around + 1);
  assert.equal(countFilters(check!), around + 1);
}

function countFilters(status: string): number {
  return Number(/^Seccomp_filters:\s+(\d+)$/m.exec(status)![1]);
}

Deno.test("system calls: checks and runs are filtered", async () => {
  await using _silence = await openSilence(SILENT_PORT);
  await using server = await startServer({ isChecked: true, files: WAITING, flags: ALLOW_SILENT });
  await assertAllFiltered(server);
});

Deno.test("system calls: checks and runs of an ordinary user are filtered", async () => {
  await using _silence = await openSilence(SILENT_PORT);
  await using user = await ordinaryUser();
  const { directory, command, env } = user;
  const flags = ["--isolation=rootless", ...ALLOW_SILENT];
  await using server = await startServer({
    directory,
    command,
    env,
    isChecked: true,
    files: WAITING,
    flags,
  });
  await assertAllFiltered(server);
});
