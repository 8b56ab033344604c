import assert from "node:assert/strict";
import { join } from "node:path";
import {
  answering,
  eventually,
  host,
  makeDirectory,
  type Server,
  startServer,
  writeFiles,
} from "./support/harness.ts";

/**
 * Changes a neighbour and waits for it. Rescans are an hour apart, so only an event can report it.
 */
async function isSeen(server: Server, text: string): Promise<void> {
  await server.write({ "fine/index.ts": answering(text) });
  await server.answers("/fine", text);
}

/** Returns the number of directories that a process watches, see proc_pid_fdinfo(5). */
async function countWatches(pid: number): Promise<number> {
  let count = 0;
  for await (const { name } of Deno.readDir(`/proc/${pid}/fdinfo`)) {
    const info = await Deno.readTextFile(`/proc/${pid}/fdinfo/${name}`).catch(() => "");
    count += info.split("inotify wd:").length - 1;
  }
  return count;
}

Deno.test("attack: a pipe in a folder does not delay changes of other functions", async () => {
  await using server = await startServer({
    flags: ["--rescan=1h", "--no-check"],
    files: { "fine/index.ts": answering("one"), "hostile/index.ts": answering("hostile") },
  });
  await server.answers("/fine", "one");
  await server.answers("/hostile", "hostile");
  // Positive control: an event reports a change before the pipe exists.
  await isSeen(server, "two");
  for (const name of ["pipe", "lib/pipe", "deno.json"]) {
    await Deno.mkdir(join(server.functions, "hostile/lib"), { recursive: true });
    await host("mkfifo", join(server.functions, "hostile", name));
  }
  await isSeen(server, "three");
  await isSeen(server, "four");
});

Deno.test("attack: a link to a large tree is watched only as a link", async () => {
  const directory = await makeDirectory();
  await using _ = { [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }) };
  for (let index = 0; index < 500; index++) {
    await Deno.mkdir(join(directory, `tree/d${index}`), { recursive: true });
  }
  await writeFiles(join(directory, "functions"), {
    "fine/index.ts": answering("one"),
    "hostile/index.ts": answering("hostile"),
  });
  await Deno.symlink(join(directory, "tree"), join(directory, "functions/hostile/link"));
  await using server = await startServer({ directory, flags: ["--rescan=1h", "--no-check"] });
  await server.answers("/fine", "one");
  await server.answers("/hostile", "hostile");
  await isSeen(server, "two");
  const watches = await countWatches(server.pid);
  // Positive control: the count includes the expected watches.
  assert.ok(watches >= 3 && watches < 20, `${watches} watches`);
});

Deno.test("attack: a folder with too many files is refused while the running revision keeps serving", async () => {
  await using server = await startServer({
    flags: ["--max-files=500", "--no-check"],
    files: { "fine/index.ts": answering("fine"), "hostile/index.ts": answering("one") },
  });
  await server.answers("/hostile", "one");
  const many = join(server.functions, "hostile/many");
  await Deno.mkdir(many);
  for (let index = 0; index < 600; index++) await Deno.writeTextFile(join(many, `${index}`), "");
  await server.write({ "hostile/index.ts": answering("two") });
  await server.said("contains more than 500 files and folders");
  const report = await server.inspect("hostile");
  assert.equal(report.status, "ready");
  assert.match(
    report.problems.join("\n"),
    /^".*\/hostile" contains more than 500 files and folders\..*raise --max-files$/,
  );
  assert.match((await server.cli("list")).stdout, /hostile: ".*contains more than 500 files/);
  await server.answers("/hostile", "one");
  await server.answers("/fine", "fine");
  // Positive control: without these files ddsrv deploys the folder.
  await Deno.remove(many, { recursive: true });
  await server.answers("/hostile", "two");
  assert.deepEqual((await server.inspect("hostile")).problems, []);
});

/** Shell scripts that make a folder hostile, and the expected reason. */
const folders: Readonly<Record<string, readonly [script: string, reason: RegExp]>> = {
  "pipe-entry": ["rm index.ts; mkfifo index.ts", /it has no index\.ts/],
  "device-entry": ["rm index.ts; mknod index.ts c 1 5", /it has no index\.ts/],
  "pipe-deno": ["mkfifo deno.json", /"[^"]*\/deno\.json" is (not a regular file|a pipe)/],
  "pipe-manifest": ["mkfifo ddsrv.json", /\/ddsrv\.json" is not a regular file/],
  "pipe-env": ["mkfifo .env", /\/\.env" is not a regular file/],
  "pipe-map": ["mkfifo import_map.json", /\/import_map\.json" is (not a regular file|a pipe)/],
  "pipe-deep": ["mkdir -p a/b; mkfifo a/b/pipe", /\/a\/b\/pipe" is a pipe, a socket or a device/],
  "device-deep": ["mknod zero c 1 5", /\/zero" is a pipe, a socket or a device/],
  "deep-manifest": [
    "head -c 1048576 /dev/zero | tr '\\0' '[' > ddsrv.json",
    /\/ddsrv\.json:1:65 is nested deeper than 64 levels/,
  ],
  "deep-deno": [
    "head -c 1048576 /dev/zero | tr '\\0' '[' > deno.json",
    /\/deno\.json:1:65 is nested deeper than 64 levels/,
  ],
  "deep-tree": [
    "i=0; while [ $i -lt 120 ]; do mkdir d; cd d; i=$((i+1)); done",
    /nested more than 100 levels deep/,
  ],
};

Deno.test("attack: any content of a folder gets an error message while other functions serve", async () => {
  await using server = await startServer({ files: { "fine/index.ts": answering("fine") } });
  await server.answers("/fine", "fine");
  const names = Object.keys(folders);
  for (const name of names) {
    // ddsrv ignores the folder until it is complete and moved into place.
    await server.write({ [`.${name}/index.ts`]: answering(name) });
    const cwd = join(server.functions, `.${name}`);
    await new Deno.Command("sh", { args: ["-c", folders[name]![0]], cwd }).output();
    await Deno.rename(cwd, join(server.functions, name));
  }
  // Names that are not UTF-8 or contain a newline, and a sparse file of 100 GB are all valid.
  await server.write({ "odd/index.ts": answering("odd") });
  const script = `: > "$(printf 'a\\377')"; : > "$(printf 'b\\nc')"; ln index.ts hard.ts; ` +
    "truncate -s 100G sparse";
  await new Deno.Command("sh", { args: ["-c", script], cwd: join(server.functions, "odd") })
    .output();
  for (const name of names) {
    let said = "";
    await eventually(`${name} says why: ${folders[name]![1]}`, async () => {
      const report = await server.inspect(name).catch(() => undefined);
      said = `${report?.reason}\n${report?.detail}\n${report?.problems.join("\n")}`;
      return folders[name]![1].test(said);
    }).catch((error) => {
      throw new Error(`${error.message}\n${said}`);
    });
  }
  await server.answers("/odd", "odd");
  await server.answers("/fine", "fine");
  // After a reported failure ddsrv does not retry forever.
  const restarts = (await server.inspect("deep-manifest")).restarts;
  assert.equal(restarts, 0);
  await isSeen(server, "fixed");
});
