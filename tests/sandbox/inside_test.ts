import assert from "node:assert/strict";
import { join } from "node:path";
import { runBounded } from "../../lib/process/bounded_output.ts";
import { functionMounts } from "../../lib/sandbox/function_mounts.ts";
import { type Launch, sandboxCommand, type SandboxOptions } from "../../lib/sandbox/sandbox.ts";
import { openPatience } from "../patience.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const UID = 54_323;

/** Returns the output of a shell script in a function's sandbox; `options` decide the rest. */
async function say(script: string, options: Partial<SandboxOptions> = {}): Promise<string> {
  await using directory = await temporaryDirectory();
  await Deno.chmod(directory.path, 0o755);
  await directory.write("host-home/a/index.ts");
  await directory.write("host-home/_shared/m.ts");
  await directory.write("host-state/start.json");
  // The real path of the folder differs from the path that the function sees.
  const functions = directory.at("functions");
  await Deno.symlink("host-home", functions);
  await using seen = await functionMounts({
    functionsDirectory: functions,
    name: "a",
    etc: [{ source: directory.at("host-state/start.json"), target: "/ddsrv/start.json" }],
  });
  return await run(sandboxCommand({
    uid: UID,
    mounts: seen.mounts,
    programs: true,
    workingDirectory: join(functions, "a"),
    command: ["sh", "-c", script],
    ...options,
  }));
}

async function run({ command, input }: Launch): Promise<string> {
  using patience = openPatience("the end of a sandbox");
  const { stdout, stderr } = await runBounded(command, {
    input,
    env: { PATH: "/usr/bin:/bin", DENO_DIR: "/tmp", NO_COLOR: "1" },
    signal: patience.signal,
    maxBytes: 1_000_000,
  });
  return stdout + stderr;
}

Deno.test("inside: only mount lists in /proc reveal host paths", async () => {
  // Patterns that don't match the text of this command.
  const patterns = ["host[-]home", "host[-]state", Deno.execPath().replace(/.$/, "[$&]")];
  const text = await say(
    `find /proc -maxdepth 4 -type f -readable ! -name kmsg ! -name pagemap ! -name 'kpage*' \
      -exec grep -ls ${patterns.map((one) => `-e '${one}'`).join(" ")} {} + 2>/dev/null`,
  );
  const files = new Set(
    text.trim().split("\n").map((path) => path.replace(/\d+(\/task\/\d+)?/, "N")),
  );
  // The kernel lists the sources of mounts there. Deno allows reading it only with `--allow-all`.
  assert.deepEqual([...files], ["/proc/N/mountinfo"]);
  assert.match(
    await say("tr '\\0' ' ' </proc/1/cmdline"),
    /^bwrap .* -- \/ddsrv\/setpriv .* sh -c /,
  );
});

Deno.test("inside: the launch chain leaves no file open", async () => {
  const text = await say("ls -l /proc/self/fd; ls -l /proc/$$/fd");
  const targets = [...text.matchAll(/-> (.+)$/gm)].map(([, target]) => target!);
  assert.ok(targets.length >= 6, text);
  const kinds = targets.map((target) => target.replace(/\d+/g, "N")).filter((target) =>
    !["/dev/null", "pipe:[N]", "/proc/N/fd"].includes(target)
  );
  assert.deepEqual(kinds, [], text);
});

Deno.test("inside: endless devices exist only by default", async () => {
  const script = "head -c 3 /dev/zero | wc -c; cat /dev/null; ls -A /dev; echo >/dev/new";
  const usual = await say(script);
  assert.match(usual, /^3\n/);
  assert.match(usual, /zero/);
  assert.match(usual, /cannot create \/dev\/new/);
  const none = await say(script, { devices: "none" });
  assert.match(none, /cannot open '\/dev\/zero'/);
  assert.match(none, /^0\nnull$/m);
  assert.match(none, /cannot create \/dev\/new/);
});

Deno.test("inside: programs are visible only on request, libraries and data always", async () => {
  const deno = async (code: string, programs: boolean): Promise<string> =>
    await say("", { programs, command: ["/ddsrv/deno", "eval", "--no-config", code] });
  const list = 'for (const path of ["/usr", "/usr/local"]) ' +
    'console.log([...Deno.readDirSync(path)].map(({ name }) => name).sort().join(" "))';
  const own = await deno(list, false);
  assert.match(own, /^lib (lib64 )?local share\nshare\n$/);
  const all = await deno(list, true);
  assert.match(all, /^bin lib (lib64 )?.*local sbin share\nbin .*share\n$/);
  assert.doesNotMatch(all, /\b(etc|games|include|src)\b/);
  const zone = 'console.log(new Date(0).toLocaleString("en-GB", { timeZone: "Asia/Tokyo" }))';
  assert.match(await deno(zone, false), /09:00:00/);
});

Deno.test("inside: Landlock refuses only access without a rule", async () => {
  await using elsewhere = await temporaryDirectory();
  const { path, at } = elsewhere;
  await Deno.chmod(path, 0o777);
  await elsewhere.write("text", "old");
  await Deno.chmod(at("text"), 0o666);
  const mount = { source: path, target: "/ddsrv/seen" };
  const script = "cat /ddsrv/seen/text; echo new >/ddsrv/seen/text; echo >/ddsrv/seen/other; " +
    "mkdir /ddsrv/seen/more; rm /ddsrv/seen/text";
  /** The mount is writable, but Landlock allows only reading. */
  const mistaken = async (landlock: boolean): Promise<string> => {
    const launch = sandboxCommand({
      ...{ uid: UID, programs: true, landlock, mounts: [mount], workingDirectory: "/" },
      command: ["sh", "-c", script],
    });
    const input = launch.input.replace(`--ro-bind\0${path}`, `--bind\0${path}`);
    assert.notEqual(input, launch.input);
    return await run({ ...launch, input });
  };
  const refused = await mistaken(true);
  assert.equal(refused.match(/Permission denied/g)?.length, 4, refused);
  assert.match(refused, /^old/);
  assert.equal(await Deno.readTextFile(at("text")), "old");
  assert.deepEqual((await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name), ["text"]);
  assert.equal(await mistaken(false), "old");
  assert.deepEqual(
    (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name).sort(),
    ["more", "other"],
  );
});

Deno.test("inside: Landlock allows intended writes and programs", async () => {
  const script = "set -e; cd /tmp; mkdir a b; echo 1 >a/x; mv a/x b/y; ln -s y b/z; cat b/z; " +
    "mkfifo p; : >b/y; rm -r a b p; echo >/dev/null; head -c 1 /dev/zero | wc -c; " +
    "ls / >/dev/null; cp /usr/bin/true t; ./t; (sleep 9 & kill $!); cat /proc/self/comm; date";
  const text = await say(script, { landlock: true });
  assert.match(text, /^1\n1\ncat\n.*\d{4}\n$/);
});

Deno.test("inside: Landlock without programs allows only the command to execute", async () => {
  const code = `
    Deno.copyFileSync("/ddsrv/deno", "/tmp/copy");
    Deno.chmodSync("/tmp/copy", 0o755);
    for (const path of ["/tmp/copy", "/ddsrv/perl", "/ddsrv/deno"]) {
      try {
        console.log(path, new Deno.Command(path, { args: ["-v"] }).outputSync().code);
      } catch (error) {
        console.log(path, error.name);
      }
    }`;
  const command = ["/ddsrv/deno", "eval", "--no-config", code];
  assert.equal(
    await say("", { command, programs: false, landlock: true }),
    "/tmp/copy PermissionDenied\n/ddsrv/perl PermissionDenied\n/ddsrv/deno 0\n",
  );
  assert.equal(
    await say("", { command, programs: false }),
    "/tmp/copy 0\n/ddsrv/perl NotFound\n/ddsrv/deno 0\n",
  );
});

/** Returns Deno's output for code that reaches a limit, or stays below it. */
async function limited(code: string, limits: SandboxOptions["limits"]): Promise<string> {
  const command = ["/ddsrv/deno", "eval", "--no-config", code];
  return await say("", { command, programs: false, landlock: true, limits });
}

const LIMITS = { dataBytes: 2 * 1024 ** 3, cpuSeconds: 60, fileBytes: 1024 ** 2, files: 256 };

Deno.test("inside: a private memory limit stops growth, but not Deno's start", async () => {
  const grow = (mib: number): string =>
    `const held = [];
    for (let mib = 0; mib < ${mib}; mib += 64) held.push(new Uint8Array(64 * 1024 ** 2));
    console.log(held.length);`;
  const limits = { ...LIMITS, dataBytes: 1024 ** 3 };
  assert.equal(await limited(grow(64), limits), "1\n");
  assert.doesNotMatch(await limited(grow(1024), limits), /^16$/m);
  assert.equal(await limited(grow(1024), { ...LIMITS, dataBytes: 3 * 1024 ** 3 }), "16\n");
});

Deno.test("inside: a file size limit stops a write", async () => {
  const write = (bytes: number): string =>
    `Deno.writeFileSync("/tmp/x", new Uint8Array(${bytes})); console.log("written");`;
  assert.equal(await limited(write(1024 ** 2), LIMITS), "written\n");
  assert.doesNotMatch(await limited(write(1024 ** 2 + 1), LIMITS), /written/);
});

Deno.test("inside: a limit of open files refuses one more", async () => {
  const open =
    "let count = 0; try { for (; count < 1000; count++) Deno.openSync('/ddsrv/deno'); } " +
    "catch {} console.log(count);";
  const count = Number(await limited(open, LIMITS));
  assert.ok(count > 100 && count < 256, String(count));
  assert.equal(await limited(open, { ...LIMITS, files: 2_000 }), "1000\n");
});

Deno.test("inside: a CPU time limit kills the command", async () => {
  const spin = "import { cpuUsage } from 'node:process'; while (cpuUsage().user < 20e6); " +
    "console.log('over');";
  assert.doesNotMatch(await limited(spin, { ...LIMITS, cpuSeconds: 1 }), /over/);
  assert.equal(await limited("console.log('over')", { ...LIMITS, cpuSeconds: 10 }), "over\n");
});

Deno.test("inside: an endless module does not exist, or fails at the memory limit", async () => {
  const importing = async (path: string, options: Partial<SandboxOptions>): Promise<string> => {
    const code = `import ${JSON.stringify(path)}; console.log("over");`;
    const command = ["/ddsrv/deno", "eval", "--no-config", "--ext=ts", code];
    const limits = { ...LIMITS, dataBytes: 1024 ** 3 };
    return await say("", { command, programs: false, limits, ...options });
  };
  assert.match(await importing("/dev/zero", { devices: "none" }), /Module not found/);
  for (const path of ["/dev/zero", "/proc/self/pagemap"]) {
    const said = await importing(path, {});
    assert.doesNotMatch(said, /Module not found|over/, path);
    assert.match(said, /memory/i, path);
  }
});

Deno.test("inside: the launch chain does not start the command without its complete input", async () => {
  const launch = sandboxCommand({
    ...{ uid: UID, programs: true, landlock: true, mounts: [], workingDirectory: "/tmp" },
    command: ["echo", "started"],
  });
  assert.equal(await run(launch), "started\n");
  const parts = launch.input.split("\0").slice(0, -1);
  for (const count of parts.keys()) {
    const input = parts.slice(0, count).map((one) => `${one}\0`).join("");
    assert.doesNotMatch(await run({ ...launch, input }), /started/, `${count} of ${parts.length}`);
  }
});
