import assert from "node:assert/strict";
import { join } from "node:path";
import { runBounded } from "../../lib/process/bounded_output.ts";
import { functionMounts } from "../../lib/sandbox/function_mounts.ts";
import { sandboxCommand, type SandboxOptions } from "../../lib/sandbox/sandbox.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

const UID = 54_323;

/** What a shell's script in a sandbox of a function says; everything else is given by `options`. */
async function say(script: string, options: Partial<SandboxOptions> = {}): Promise<string> {
  await using directory = await temporaryDirectory();
  await Deno.chmod(directory.path, 0o755);
  await directory.write("host-home/a/index.ts");
  await directory.write("host-home/_shared/m.ts");
  await directory.write("host-state/start.json");
  // What the function knows its folder by is not where it is.
  const functions = directory.at("functions");
  await Deno.symlink("host-home", functions);
  await using seen = await functionMounts({
    functionsDirectory: functions,
    name: "a",
    etc: [{ source: directory.at("host-state/start.json"), target: "/ddsrv/start.json" }],
  });
  const { command, input } = sandboxCommand({
    uid: UID,
    mounts: seen.mounts,
    programs: true,
    workingDirectory: join(functions, "a"),
    command: ["sh", "-c", script],
    ...options,
  });
  const { stdout, stderr } = await runBounded(command, {
    input,
    env: { PATH: "/usr/bin:/bin", DENO_DIR: "/tmp", NO_COLOR: "1" },
    signal: AbortSignal.timeout(30_000),
    maxBytes: 1_000_000,
  });
  return stdout + stderr;
}

Deno.test("inside: of all files below /proc, mount lists alone tell where things are on the host", async () => {
  // Patterns, which don't match the text of this very command.
  const patterns = ["host[-]home", "host[-]state", Deno.execPath().replace(/.$/, "[$&]")];
  const text = await say(
    `find /proc -maxdepth 4 -type f -readable ! -name kmsg ! -name pagemap ! -name 'kpage*' \
      -exec grep -ls ${patterns.map((one) => `-e '${one}'`).join(" ")} {} + 2>/dev/null`,
  );
  const files = new Set(
    text.trim().split("\n").map((path) => path.replace(/\d+(\/task\/\d+)?/, "N")),
  );
  // The kernel tells in it what each mount shows. Deno lets no code read it without `--allow-all`.
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

Deno.test("inside: devices that never end are there, and not where none are wanted", async () => {
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

Deno.test("inside: the system's libraries and data, and its programs where they are wanted", async () => {
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
