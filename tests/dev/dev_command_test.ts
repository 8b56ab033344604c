// Drives the real command on a pseudo-terminal, as an ordinary user may.
import assert from "node:assert/strict";
import { printError } from "../../cli/output/print.ts";
import { modulePlace } from "../../lib/system/host_places.ts";
import { hasPtyPrograms, ptyCommand } from "../../lib/process/pty_command.ts";
import { eventually, within } from "../patience.ts";
import { type TemporaryDirectory, temporaryDirectory } from "../temporary_directory.ts";

const MAIN = new URL("../../cli/main.ts", import.meta.url).pathname;

const hasTerminal = await hasPtyPrograms(Deno.env.get("PATH") ?? "");
if (!hasTerminal) printError("ddsrv dev is not tested: script(1) and stty(1) are missing\n");
const ignore = !hasTerminal;

interface Developing extends AsyncDisposable {
  /** Everything on the terminal so far, without colors. */
  readonly screen: () => string;
  readonly says: (text: string | RegExp) => Promise<string>;
  readonly press: (key: string) => Promise<void>;
  readonly get: (path: string) => Promise<string>;
  readonly answers: (path: string, text: string) => Promise<void>;
  readonly ended: Promise<Deno.CommandStatus>;
  /** Number of processes that have the directory in their command line. */
  readonly processes: () => Promise<number>;
}

async function develop(
  directory: TemporaryDirectory,
  args: readonly string[],
): Promise<Developing> {
  await Deno.mkdir(directory.at("tmp"), { recursive: true });
  const command = [Deno.execPath(), "run", "--quiet", "--allow-all", MAIN, "dev", ...args];
  const [program = "", ...rest] = ptyCommand({ columns: 100, rows: 30, term: "xterm" }, [
    ...command,
    "--port",
    "0",
  ]);
  const environment = Deno.env.toObject();
  const child = new Deno.Command(program, {
    args: rest,
    env: {
      HOME: directory.at("home"),
      TMPDIR: directory.at("tmp"),
      DENO_DIR: modulePlace(Deno.build.os, environment),
      NO_COLOR: "1",
      SHELL: "/bin/sh",
    },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  let screen = "";
  let hasEnded = false;
  const read = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write: (text) => void (screen += text.replaceAll("\r", "")) }));
  const ended = child.status.finally(() => hasEnded = true);
  const input = child.stdin.getWriter();
  const says = async (text: string | RegExp): Promise<string> => {
    const has = (): boolean => typeof text === "string" ? screen.includes(text) : text.test(screen);
    await eventually(`"${text}"`, has, { now: () => screen });
    return screen;
  };
  const get = async (path: string): Promise<string> => {
    const [, url] = /at (http:\S+)/.exec(await says(/at http:\S+/))!;
    return await (await fetch(`${url}${path}`)).text();
  };
  return {
    screen: () => screen,
    says,
    press: (key) => input.write(new TextEncoder().encode(key)),
    get,
    answers: (path, text) =>
      eventually(`${path} answers ${text}`, async () => await get(path) === text, {
        now: () => screen,
      }),
    ended,
    processes: async () => await countProcesses(directory.path),
    async [Symbol.asyncDispose]() {
      if (!hasEnded) child.kill("SIGTERM");
      await input.close().catch(() => {});
      await ended;
      await read;
    },
  };
}

/** Source: proc_pid_cmdline(5). */
async function countProcesses(part: string): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const line = await Deno.readTextFile(`/proc/${name}/cmdline`).catch(() => "");
    // The command of this test has the directory in it too.
    if (line.includes(`${part}/tmp/`)) count++;
  }
  return count;
}

const answer = (text: string, more = ""): string =>
  `${more}Deno.serve((request) => {
  if (request.url.endsWith("/throw")) throw new Error("thrown");
  if (request.url.endsWith("/exit")) Deno.exit(3);
  return new Response("${text} " + Deno.readTextFileSync(import.meta.dirname + "/data.txt"));
});\n`;

Deno.test(
  { name: "ddsrv dev follows the folder of one function, and its keys", ignore },
  async () => {
    await using directory = await temporaryDirectory();
    const { write } = directory;
    await write("f/shop/data.txt", "1");
    await write("f/shop/.gitignore", "ignored/\n");
    await write("f/shop/.env", "GREETING=hello\n");
    const entry = "f/shop/index.ts";
    await write(entry, answer("a", 'console.log("it says", Deno.env.get("GREETING"));\n'));
    await using one = await develop(directory, [directory.at("f/shop")]);

    await one.answers("/shop", "a 1");
    const screen = await one.says("GET /shop 200");
    assert.match(screen, /^Keys: o open/m);
    assert.match(screen, /^it says hello$/m);
    assert.match(screen, /^Ready in \d+ ms: http:\/\/localhost:\d+\/shop$/m);
    // As on a server, its paths begin with its name.
    assert.match(await one.get("/other"), /not found/);

    // A file that no module imports.
    await write("f/shop/data.txt", "2");
    await one.answers("/shop", "a 2");
    await write("f/shop/.env", "GREETING=bye\n");
    await one.says("it says bye");

    // Type errors leave the old code, also when data changes.
    await write(entry, answer("b", "const count: number = 'text';\n"));
    await one.says(/TS2322[^]*The code before serves/);
    assert.equal(await one.get("/shop"), "a 2");
    await write(entry, answer("c"));
    await one.answers("/shop", "c 2");
    await one.says("No type errors any more");

    await one.get("/shop/throw");
    await one.says(
      /Error: thrown\n[^]*\d \| if \(request\.url\.endsWith\("\/throw"\)\) throw new Error/,
    );
    await one.says("GET /shop/throw 500");

    // After a crash, the next request starts it again.
    await one.get("/shop/exit");
    await one.says("Exited with code 3");
    await one.answers("/shop", "c 2");

    await write("f/shop/ignored/new.txt", "x");
    const before = one.screen().split("Reloaded").length;
    await one.press("r");
    await eventually("r restarts", () => one.screen().split("Reloaded").length === before + 1, {
      now: one.screen,
    });
    assert.ok(await one.processes() > 0);
    await one.press("q");
    assert.equal((await within(one.ended, "q ends it")).code, 0);
    await eventually("no process is left", async () => await one.processes() === 0);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(directory.at("tmp"))), []);
  },
);

Deno.test({ name: "ddsrv dev serves a directory with what comes and goes", ignore }, async () => {
  await using directory = await temporaryDirectory();
  const { write } = directory;
  await write("f/_shared/text.ts", 'export const text = "one";\n');
  const shared = 'import { text } from "../_shared/text.ts";\n';
  await write(
    "f/a/index.ts",
    `${shared}Deno.serve(() => new Response(text));\nconsole.log("up");\n`,
  );
  await write("f/site/index.html", "<p>site");
  await write("f/app/package.json", '{ "main": "main.js", "type": "commonjs" }');
  await write(
    "f/app/main.js",
    'require("node:http").createServer((_, r) => r.end("node")).listen(3000);\n',
  );
  await using one = await develop(directory, [directory.at("f")]);
  await one.answers("/a", "one");
  await one.says(/^\[a\] up$/m);
  await one.answers("/site/", "<p>site");
  await one.answers("/app", "node");
  await write("f/_shared/text.ts", 'export const text = "two";\n');
  await one.answers("/a", "two");
  await write("f/b/index.ts", 'export default { fetch: () => new Response("b") };\n');
  await one.answers("/b", "b");
  await Deno.remove(directory.at("f/b"), { recursive: true });
  await one.says("[b] Removed");
  // Ctrl-C.
  await one.press("\x03");
  await within(one.ended, "Ctrl-C ends it");
  await eventually("no process is left", async () => await one.processes() === 0);
});

Deno.test(
  { name: "ddsrv dev --inspect answers a debugger, also after a reload", ignore },
  async () => {
    await using directory = await temporaryDirectory();
    await directory.write("f/shop/data.txt", "1");
    await directory.write("f/shop/index.ts", answer("a"));
    const { port } = (() => {
      using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
      return listener.addr;
    })();
    await using one = await develop(directory, [directory.at("f/shop"), `--inspect=${port}`]);
    await one.says(`Debugger on 127.0.0.1:${port}`);
    const targets = async (): Promise<string> =>
      await (await fetch(`http://127.0.0.1:${port}/json`)).text();
    await one.answers("/shop", "a 1");
    assert.match(await targets(), /shop\/index\.ts/);
    await directory.write("f/shop/index.ts", answer("b"));
    await one.answers("/shop", "b 1");
    assert.match(await targets(), /shop\/index\.ts/);
  },
);

const refused: readonly [args: readonly string[], said: RegExp][] = [
  [["missing"], /"\S+missing" does not exist\. Name a function's folder/],
  [["empty"], /is no function, because it has no index\.ts.+Create a function with: ddsrv init/],
  [["a/../f", "--inspect"], /--inspect debugs one function\. Name it: ddsrv dev \S+f\/a --inspect/],
  [["f/a", "--inspect", "x"], /"x" is not an address/],
  [["f/a", "--port", "99999"], /port/],
  [["f/a", "--isolation", "full", "--inspect"], /--inspect is for --isolation none/],
];

for (const [args, said] of refused) {
  Deno.test(`ddsrv dev ${args.join(" ")} says what to do`, async () => {
    await using directory = await temporaryDirectory();
    await Deno.mkdir(directory.at("empty"));
    await Deno.mkdir(directory.at("a"));
    await directory.write("f/a/index.ts");
    await directory.write("f/b/index.ts");
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--allow-all", MAIN, "dev", ...args],
      cwd: directory.path,
      stdin: "null",
    }).output();
    assert.notEqual(code, 0);
    assert.match(new TextDecoder().decode(stderr), said);
  });
}

Deno.test("a ddsrv dev that is killed leaves no process", async () => {
  await using directory = await temporaryDirectory();
  await directory.write("f/a/index.ts", 'Deno.serve(() => new Response("a"));\n');
  await Deno.mkdir(directory.at("tmp"));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", MAIN, "dev", directory.at("f/a"), "--port", "0"],
    env: {
      HOME: directory.at("home"),
      TMPDIR: directory.at("tmp"),
      DENO_DIR: modulePlace(Deno.build.os, Deno.env.toObject()),
      CHECK_CODE: "false",
    },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  let said = "";
  const read = child.stderr.pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write: (text) => void (said += text) }));
  await eventually("it is ready", () => said.includes("Ready in"), { now: () => said });
  assert.equal(await countProcesses(directory.path), 1);
  child.kill("SIGKILL");
  await child.status;
  await eventually("its function ends", async () => await countProcesses(directory.path) === 0);
  await read;
});
