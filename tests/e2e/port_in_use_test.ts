import { deepEqual, equal } from "node:assert/strict";
import { join } from "node:path";
import { type CliResult, makeDirectory, runCli, startServer } from "./support/harness.ts";
import { ordinaryUser } from "./support/ordinary_user.ts";

/** A program with a chosen name that listens until it is killed. */
interface Program extends AsyncDisposable {
  readonly pid: number;
  readonly port: number;
}

async function listenAs(command: string): Promise<Program> {
  const script = `use IO::Socket::INET; $0 = $ARGV[0]; $| = 1;
    my $s = IO::Socket::INET->new(LocalAddr => "127.0.0.1:0", Listen => 1) or die;
    print $s->sockport, "\\n"; sleep 600;`;
  const child = new Deno.Command("perl", {
    args: ["-e", script, command],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const port = Number((await reader.read()).value);
  return {
    pid: child.pid,
    port,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}

Deno.test("serve names the process that uses its port", async (test) => {
  await using stack = new AsyncDisposableStack();
  const directory = await makeDirectory();
  stack.defer(() => Deno.remove(directory, { recursive: true }));
  const nginx = stack.use(await listenAs("nginx"));
  const serve = (...flags: string[]): Promise<CliResult> =>
    runCli(["serve", directory, "--socket", join(directory, "s.sock"), ...flags]);
  const failed = (message: string): CliResult => ({
    code: 1,
    stdout: "",
    stderr: `ddsrv: ${message}\n`,
  });

  await test.step("of the proxy", async () => {
    deepEqual(
      await serve(`--port=${nginx.port}`),
      failed(
        `Cannot bind port ${nginx.port}: it is in use by nginx (pid ${nginx.pid}). ` +
          "Stop it or pass --port",
      ),
    );
  });
  await test.step("of the proxy with TLS", async () => {
    const fixture = (name: string): string =>
      new URL(`../fixtures/tls/${name}`, import.meta.url).pathname;
    deepEqual(
      await serve(
        ...[`--port=${nginx.port}`, "--hostname=127.0.0.1"],
        ...["--tls-cert", fixture("one.crt"), "--tls-key", fixture("one.key")],
      ),
      failed(
        `Cannot bind port ${nginx.port} on 127.0.0.1: it is in use by nginx (pid ${nginx.pid}). ` +
          "Stop it or pass --port",
      ),
    );
  });
  await test.step("of probes and metrics", async () => {
    const { code, stderr } = await serve("--port=0", `--admin-port=${nginx.port}`);
    equal(code, 1);
    equal(
      stderr.split("\n").find((line) => line.startsWith("ddsrv: Cannot")),
      `ddsrv: Cannot bind port ${nginx.port} on 127.0.0.1: it is in use by nginx ` +
        `(pid ${nginx.pid}). Stop it or pass --admin-port`,
    );
  });
  await test.step("by a process whose name would clear the screen", async () => {
    await using loud = await listenAs("\x1b[2Jloud");
    deepEqual(
      await serve(`--port=${loud.port}`),
      failed(
        `Cannot bind port ${loud.port}: it is in use by \\x1b[2Jloud (pid ${loud.pid}). ` +
          "Stop it or pass --port",
      ),
    );
  });
  await test.step("by another ddsrv", async () => {
    await using server = await startServer();
    const { port } = new URL(server.url);
    deepEqual(
      await serve(`--port=${port}`),
      failed(
        `Cannot bind port ${port}: it is in use by another ddsrv (pid ${server.pid}), which ` +
          `serves "${server.functions}". Stop it or pass --port`,
      ),
    );
  });
  await test.step("by its own proxy", async () => {
    const free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = free.addr;
    free.close();
    const { code, stderr } = await serve(`--port=${port}`, `--admin-port=${port}`);
    equal(code, 1);
    equal(
      stderr.split("\n").find((line) => line.startsWith("ddsrv: Cannot")),
      `ddsrv: Cannot bind port ${port} on 127.0.0.1: the proxy of this ddsrv uses it. ` +
        "Pass another --admin-port",
    );
  });
  await test.step("by a process of another user, without root", async () => {
    await using user = await ordinaryUser();
    const [program = "", ...args] = user.command;
    const { code, stderr } = await new Deno.Command(program, {
      args: [...args, "serve", user.directory, "--isolation=none", `--port=${nginx.port}`],
      env: { ...user.env, NO_COLOR: "1" },
      cwd: user.directory,
      stdin: "null",
    }).output();
    equal(code, 1);
    equal(
      new TextDecoder().decode(stderr).split("\n").find((line) => line.startsWith("ddsrv: Cannot")),
      `ddsrv: Cannot bind port ${nginx.port}: it is in use by an unknown process, ` +
        `because user ${user.uid} can't see processes of other users. ` +
        `To find it: sudo ss -ltnp 'sport = :${nginx.port}'. Stop it or pass --port`,
    );
  });
  await test.step("by a process of another PID namespace", async () => {
    const { code, stderr } = await new Deno.Command("unshare", {
      args: [
        ...["--pid", "--fork", "--mount-proc", Deno.execPath(), "run", "--quiet", "--allow-all"],
        ...[new URL("../../cli/main.ts", import.meta.url).pathname, "serve", directory],
        ...["--isolation=none", `--port=${nginx.port}`, "--socket", join(directory, "s.sock")],
      ],
      env: { DDSRV_STATE_DIRECTORY: join(directory, "state"), NO_COLOR: "1" },
      stdin: "null",
    }).output();
    equal(code, 1);
    equal(
      new TextDecoder().decode(stderr).split("\n").find((line) => line.startsWith("ddsrv: Cannot")),
      `ddsrv: Cannot bind port ${nginx.port}: it is in use by an unknown process, ` +
        "which may run outside this container. " +
        `To find it, run there: ss -ltnp 'sport = :${nginx.port}'. Stop it or pass --port`,
    );
  });
});
