import assert from "node:assert/strict";
import { join } from "node:path";
import { connectControl } from "../../lib/control/control_client.ts";
import {
  answering,
  type CliResult,
  COMMAND,
  type Server,
  startServer,
  writeFiles,
} from "./support/harness.ts";
import { eventually } from "../patience.ts";
import { type PretendSsh, pretendSsh, type SshFault } from "./support/pretend_ssh.ts";

const TARGET = "ssh://ann@example.test:2222";

interface Laptop {
  readonly ssh: PretendSsh;
  readonly folder: string;
  readonly deploy: (args: readonly string[], how?: SshFault) => Promise<CliResult>;
}

async function openLaptop(server: Server): Promise<Laptop> {
  const folder = join(server.directory, "laptop/shop");
  await writeFiles(folder, {
    "index.ts": "Deno.serve(() => new Response(`1 ${Deno.env.get('TOKEN')}`));\n",
    ".env": "TOKEN=laptop\n",
    ".gitignore": "secret.*\n",
    "secret.txt": "secret\n",
    "node_modules/a/index.js": "",
    "prod.env": "TOKEN='of prod'\n",
  });
  const ssh = await pretendSsh(join(server.directory, "ssh"), server.socket);
  return {
    ssh,
    folder,
    async deploy(args, how) {
      const [program = "", ...first] = COMMAND;
      const { code, stdout, stderr } = await new Deno.Command(program, {
        args: [...first, "deploy", ...args],
        cwd: folder,
        env: { ...ssh.env(how), NO_COLOR: "1" },
        stdin: "null",
      }).output();
      const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
      return { code, stdout: decode(stdout), stderr: decode(stderr) };
    },
  };
}

function names(directory: string): string[] {
  return Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();
}

Deno.test("deploy sends a folder, remembers the server, sets variables and shows the URL", async () => {
  await using server = await startServer();
  const laptop = await openLaptop(server);
  const first = await laptop.deploy(["--to", TARGET, "--no-check", "--env-file", "prod.env"]);
  assert.deepEqual([first.code, first.stdout], [0, `${server.url}/shop\n`], first.stderr);
  assert.match(first.stderr, /^shop: checking\n[^]*Remembered the server as "default"/);
  assert.match(
    first.stderr,
    /To open it here: ssh -L \d+:localhost:\d+ -p 2222 ann@example\.test\n$/,
  );
  assert.equal(await (await fetch(`${server.url}/shop`)).text(), "1 of prod");
  // What the ignore files name, the target file and the env file are not sent.
  assert.deepEqual(names(join(server.functions, "shop")), [".gitignore", "index.ts"]);
  const args = await laptop.ssh.args();
  assert.doesNotMatch(args, /of prod|TOKEN|shop/);
  assert.match(args, /^-T\n-o\nBatchMode=yes\n[^]*\n-p\n2222\n--\nann@example\.test\nexec sh -c /);

  await writeFiles(laptop.folder, { "index.ts": answering("2") });
  const second = await laptop.deploy(["--no-check", "--json"], "banner");
  assert.equal(second.code, 0, second.stderr);
  assert.match(second.stderr, /^Welcome to example\.test!\n/);
  assert.equal(JSON.parse(second.stdout).status, "ready");
  await server.answers("/shop", "2");

  const logged = await new Deno.Command(COMMAND[0]!, {
    args: [...COMMAND.slice(1), "logs", "--to", "default", "--grep", "no '$line", "--", "shop"],
    cwd: laptop.folder,
    env: { ...laptop.ssh.env(), LOGS_DIRECTORY: server.logs },
  }).output();
  assert.equal(logged.code, 0, new TextDecoder().decode(logged.stderr));
  assert.equal(logged.stdout.length, 0);

  const preview = await laptop.deploy(["--preview", "PR/12", "--ttl", "3d", "--no-check"]);
  assert.deepEqual([preview.code, preview.stdout], [0, `${server.url}/shop--pr-12\n`]);
  assert.match(preview.stderr, /shop--pr-12 expires in 2d23h\n/);
  const { expiresAt } = await server.inspect("shop--pr-12");
  assert.ok(Math.abs(Date.parse(expiresAt!) - Date.now() - 3 * 86_400_000) < 3_600_000);
  assert.match((await server.cli("list")).stdout, /shop--pr-12: expires in 2d23h/);

  using control = connectControl(server.socket);
  // A function that has expired is gone with its folder.
  assert.equal((await laptop.deploy(["--preview", "b", "--ttl", "1s", "--no-check"])).code, 0);
  await eventually("the preview is gone", async () => {
    await control.scan();
    return names(server.functions).join() === "shop,shop--pr-12";
  });
  assert.match(server.output(), /shop--b has expired, and was removed with its data/);
});

Deno.test("deploy says why ssh or the server did not take it, and changes nothing", async () => {
  await using server = await startServer({ isChecked: true });
  const laptop = await openLaptop(server);
  const to = ["--to", TARGET, "--no-check"];
  const faults: readonly (readonly [SshFault | undefined, readonly string[], number, RegExp])[] = [
    [
      "refused",
      to,
      1,
      /Permission denied \(publickey\)\.\nddsrv: Cannot connect to "example\.test": ssh failed, see above\. Try: ssh -p 2222 ann@example\.test true\n$/,
    ],
    [
      "no-shell",
      to,
      1,
      /for git alone\.\nddsrv: "example\.test" did not answer as ddsrv \(exit code 1\)/,
    ],
    [
      "no-ddsrv",
      [...to, "--command", "sudo -n ddsrv"],
      1,
      /The command "sudo -n ddsrv" does not run on "example\.test"\. Install ddsrv there/,
    ],
    ["older", [...to, "--ttl", "3d"], 1, /The server's ddsrv 0\.0\.9 does not know --ttl\. Update/],
    ["older", [...to, "--env-file", "prod.env"], 1, /0\.0\.9 does not know --env-file/],
    [undefined, [], 2, /^ddsrv: Name the server: ddsrv deploy --to ssh:\/\/user@host\n$/],
    [undefined, ["--to", "ssh://-oProxyCommand=x"], 2, /is not a server: write ssh:\/\/user@host/],
    [undefined, ["--to", "ssh://a:pw@b"], 2, /^(?!.*pw)[^]*has a password/],
    [undefined, [...to, "--name", "../x"], 2, /can't be a function's name/],
    [undefined, [...to, "--command", "sh -c 'x'"], 2, /is not a command of plain words/],
    [undefined, ["--preview", "./shop", ...to], 2, /is a path\. Write it before --preview/],
  ];
  for (const [how, args, code, said] of faults) {
    const result = await laptop.deploy(args, how);
    assert.deepEqual([result.code, result.stdout], [code, ""], `${how} ${args}: ${result.stderr}`);
    assert.match(result.stderr, said);
  }
  // Without --no-check, an error is found before ssh starts.
  await writeFiles(laptop.folder, { "index.ts": "const wrong: number = 'text';\n" });
  const wrong = await laptop.deploy(["--to", TARGET], "refused");
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /TS2322[^]*1 error|TS2322[^]*failed/);
  assert.doesNotMatch(wrong.stderr, /Permission denied/);
  // The server checks what was not checked here, and its exit code counts.
  const unchecked = await laptop.deploy(to);
  assert.deepEqual([unchecked.code, unchecked.stdout], [1, ""]);
  assert.match(unchecked.stderr, /TS2322[^]*"shop" was not added: the check failed/);
  assert.deepEqual(names(server.functions), []);
  assert.deepEqual(names(laptop.folder).includes(".ddsrv.json"), false);
});

Deno.test("deploy works with an older server, and a cut connection changes nothing", async () => {
  await using server = await startServer();
  const laptop = await openLaptop(server);
  const older = await laptop.deploy(["--to", TARGET, "--no-check"], "older");
  assert.deepEqual([older.code, older.stdout], [0, `${server.url}/shop\n`], older.stderr);
  assert.match(older.stderr, /^ddsrv \d+\.\d+\.\d+ here, 0\.0\.9 on the server\n/);
  await server.answers("/shop", "1 undefined");

  await writeFiles(laptop.folder, {
    "index.ts": answering("2"),
    "large.bin": "x".repeat(1_000_000),
  });
  const cut = await laptop.deploy(["--no-check"], "cut");
  assert.deepEqual([cut.code, cut.stdout], [1, ""]);
  assert.match(cut.stderr, /ddsrv: The connection to "example\.test" ended\. The server keeps/);
  await eventually("nothing is left", () => names(server.functions).join() === "shop");
  await server.answers("/shop", "1 undefined");
});

Deno.test("deploy that is interrupted during the start is undone on the server", async () => {
  await using server = await startServer({ files: { "shop/index.ts": answering("1") } });
  await server.answers("/shop", "1");
  const laptop = await openLaptop(server);
  await writeFiles(laptop.folder, { "index.ts": "setInterval(() => {}, 1000);\n" });
  const [program = "", ...first] = COMMAND;
  const child = new Deno.Command(program, {
    args: [...first, "deploy", "--to", TARGET, "--no-check", "--env-file", "prod.env"],
    cwd: laptop.folder,
    env: laptop.ssh.env(),
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  await eventually(
    "the new version starts",
    async () => (await server.inspect("shop")).pending === "starting",
  );
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assert.equal(code, 130);
  assert.match(new TextDecoder().decode(stderr), /ddsrv: Interrupted\. "example\.test" keeps/);
  await eventually("the previous version serves again", async () => {
    const { status, pending } = await server.inspect("shop");
    return status === "ready" && pending === null && names(server.functions).join() === "shop";
  });
  await server.answers("/shop", "1");
  assert.deepEqual(JSON.parse((await server.cli("env", "list", "shop", "--json")).stdout), []);
});

Deno.test("two deploys of one name at once: each whole folder is served in turn", async () => {
  await using server = await startServer();
  const laptop = await openLaptop(server);
  await writeFiles(laptop.folder, { "index.ts": answering("1"), "one.txt": "" });
  const other = join(server.directory, "other");
  await writeFiles(other, { "index.ts": answering("2"), "two.txt": "" });
  const args = ["--to", TARGET, "--name", "shop", "--no-check"];
  const results = await Promise.all([
    laptop.deploy(args),
    laptop.deploy([other, ...args]),
    laptop.deploy(args),
    laptop.deploy([other, ...args]),
  ]);
  for (const { code, stderr } of results) assert.equal(code, 0, stderr);
  const text = await (await fetch(`${server.url}/shop`)).text();
  const files = names(join(server.functions, "shop"));
  assert.deepEqual(
    files,
    text === "1" ? [".gitignore", "index.ts", "one.txt", "prod.env"] : [
      "index.ts",
      "two.txt",
    ],
  );
  assert.deepEqual(names(server.functions), ["shop"]);
});

Deno.test("git push deploys the branch, and is refused if that fails", async () => {
  await using server = await startServer({ isChecked: true });
  const ssh = await pretendSsh(join(server.directory, "ssh"), server.socket);
  const env = {
    ...ssh.env(),
    PATH: `${join(server.directory, "ssh/bin")}:${Deno.env.get("PATH")}`,
    GIT_CONFIG_GLOBAL: "/dev/null",
    NO_COLOR: "1",
  };
  const git = async (...args: string[]): Promise<CliResult> => {
    const identity = ["-c", "user.name=ann", "-c", "user.email=ann@example.test"];
    const { code, stdout, stderr } = await new Deno.Command("git", {
      args: ["-C", work, ...identity, ...args],
      env,
    }).output();
    const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
    return { code, stdout: decode(stdout), stderr: decode(stderr) };
  };
  const work = join(server.directory, "work");
  await writeFiles(work, {
    "index.ts": answering("1"),
    "notes/a.md": "",
    ".env": "A=1\n",
    ".gitattributes": "left.txt export-ignore\n",
    "left.txt": "",
    ".ddsrvignore": "notes\n",
  });
  const bare = join(server.directory, "it's shop.git");
  const made = await server.cli("git", "init", "shop", "--dir", bare);
  assert.equal(made.code, 0, made.stderr);
  assert.match(made.stdout, /^ssh:\/\/.*\/it's%20shop\.git\n$/);
  await git("init", "--quiet", "--initial-branch=main");
  await git("remote", "add", "ddsrv", bare);
  await git("add", "--all", "--force");
  await git("commit", "--quiet", "--message=one");

  const other = await git("push", "ddsrv", "HEAD:topic");
  assert.equal(other.code, 0, other.stderr);
  assert.match(
    other.stderr,
    /refs\/heads\/topic is stored and not deployed; only refs\/heads\/main is/,
  );
  const pushed = await git("push", "ddsrv", "main");
  assert.equal(pushed.code, 0, pushed.stderr);
  assert.match(pushed.stderr, /remote: Left out what is ignored: .*\.env/);
  assert.match(pushed.stderr, new RegExp(`remote: ${server.url}/shop`));
  await server.answers("/shop", "1");
  const kept = [".ddsrvignore", ".gitattributes", "index.ts"];
  assert.deepEqual(names(join(server.functions, "shop")), kept);

  await writeFiles(work, { "index.ts": "const wrong: number = 'text';\n" });
  await git("commit", "--quiet", "--all", "--message=two");
  const wrong = await git("push", "ddsrv", "main");
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /remote: [^]*TS2322[^]*main -> main \(pre-receive hook declined\)/);
  const gone = await git("push", "ddsrv", "--delete", "main");
  assert.match(gone.stderr, /refs\/heads\/main can't be deleted while it is deployed/);
  await server.answers("/shop", "1");
  const [first] = JSON.parse((await server.cli("history", "shop", "--json")).stdout);
  const head = (await git("rev-parse", "main~1")).stdout.trim();
  assert.deepEqual([first.by, first.commit], ["git", head]);

  const again = await server.cli("git", "init", "shop", "--dir", bare, "--branch", "topic");
  assert.equal(again.code, 0, again.stderr);
  await Deno.chown(join(bare, "hooks"), 12345, 12345);
  for (const args of [["--dir", bare], ["--dir", work], ["--branch", "-x"], ["--branch", "a..b"]]) {
    const refused = await server.cli("git", "init", "shop", ...args);
    assert.notEqual(refused.code, 0, args.join(" "));
    assert.equal(refused.stdout, "");
  }
});
