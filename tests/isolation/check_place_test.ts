// What a process of a check could do if it ran code: the same script is run in its place, and by the
// host beside it.
import assert from "node:assert/strict";
import { join } from "node:path";
import { jointPlace, sandboxedPlace } from "../../lib/check/sandboxed_place.ts";
import { runBounded } from "../../lib/process/bounded_output.ts";
import { hostMounts } from "../../lib/sandbox/function_mounts.ts";
import { writeSystemCallFilter } from "../../lib/sandbox/system_call_filter.ts";
import { tryLandlock } from "../../lib/isolation/landlock.ts";
import { openPatience } from "../patience.ts";
import { WORLD } from "../world.ts";
import { temporaryDirectory } from "../temporary_directory.ts";

/** User id of these checks, below those of `ddsrv check`, which another test watches. */
const UID = 0x7300_1234;

/** Result of each act: "done" or the error's name. */
const SCRIPT = `
const acts = {
  connect: () => Deno.connect({ hostname: "${WORLD.server}", port: 80 }),
  resolve: () => Deno.resolveDns("server.test", "A"),
  links: () => { if (Deno.networkInterfaces().some(({ name }) => name !== "lo")) return; throw new Error(); },
  shadow: () => Deno.readTextFile("/etc/shadow"),
  home: () => Deno.lstat("/root"),
  run: () => new Deno.Command("sh", { args: ["-c", "true"] }).output(),
  zero: () => Deno.stat("/dev/zero"),
  root: () => { if (Deno.uid() !== 0) throw new Error(); },
  secret: () => { if (Deno.env.get("SECRET") === undefined) throw new Error(); },
  source: () => Deno.writeTextFile("index.ts", ""),
  system: () => Deno.writeTextFile("/usr/lib/ddsrv-test", ""),
  cache: () => Deno.writeTextFile(Deno.env.get("DENO_DIR") + "/written", ""),
  device: () => Deno.writeTextFile("/dev/null", ""),
};
const found = {};
for (const [name, act] of Object.entries(acts)) {
  try {
    await act();
    found[name] = "done";
  } catch {
    found[name] = "refused";
  }
}
console.log(JSON.stringify(found));
Deno.exit(0);
`;

Deno.test("sandboxedPlace() limits the network, files and rights of a check", async () => {
  await using place = await temporaryDirectory();
  for (const name of ["cache", "fetch", "deno"]) await Deno.mkdir(place.at(name));
  await place.write("source/index.ts", SCRIPT);
  await Deno.chmod(place.path, 0o755);
  await Deno.chown(place.at("cache"), UID, UID);
  const { around, env, deno } = sandboxedPlace({
    joinFiles: [],
    systemCallFilter: await writeSystemCallFilter(place.path),
    landlock: await tryLandlock().then(() => true, () => false),
    uid: UID,
    mounts: [...await hostMounts(), { source: place.at("source"), target: "/fn" }],
    cacheDirectory: place.at("cache"),
    fetchDirectory: place.at("fetch"),
    directory: "/fn",
    bounds: { cpuTimeMs: 60_000, timeoutMs: 600_000 },
  });
  using patience = openPatience("the end of the script");
  const { signal } = patience;
  const arguments_ = ["run", "--quiet", "--allow-all", "--no-config", "index.ts"];
  const { command, ...input } = around([deno, ...arguments_]);
  const there = await runBounded(command, { ...input, env, signal, maxBytes: 4_096 });
  assert.equal(there.stderr, "");
  const found = JSON.parse(there.stdout) as Record<string, string>;
  // A check writes only to its cache, and can't connect anywhere.
  assert.deepEqual(
    Object.keys(found).filter((name) => found[name] === "done"),
    ["cache", "device"],
  );
  assert.equal((await Deno.lstat(join(place.at("cache"), "written"))).uid, UID);
  // Positive control: the host can do all of it.
  const here = await runBounded([Deno.execPath(), ...arguments_], {
    cwd: place.at("source"),
    env: { PATH: "/usr/bin:/bin", SECRET: "of-the-caller", DENO_DIR: place.at("deno") },
    signal,
    maxBytes: 4_096,
  });
  const all = Object.values(JSON.parse(here.stdout) as Record<string, string>);
  assert.deepEqual([...new Set(all)], ["done"], here.stdout);
  await Deno.remove("/usr/lib/ddsrv-test");
});

/** Runs the compiler that Deno would run, and tries to change it. */
const COMPILE = `
const path = Deno.env.get("DENO_TSC_BIN");
const { stdout } = await new Deno.Command(path, { args: ["compiled"] }).output();
const written = await Deno.writeTextFile(path, "").then(() => "changed", () => "read-only");
console.log(new TextDecoder().decode(stdout).trim(), written);
`;

Deno.test("checks run the host's native compiler, and can't change it", async () => {
  await using place = await temporaryDirectory();
  for (const name of ["cache", "fetch"]) await Deno.mkdir(place.at(name));
  await place.write("source/index.ts", COMPILE);
  await Deno.chmod(place.path, 0o755);
  await Deno.chown(place.at("cache"), UID, UID);
  // A pretended compiler, which prints its argument.
  const path = place.at("tsc");
  await Deno.copyFile("/usr/bin/echo", path);
  const systemCallFilter = await writeSystemCallFilter(place.path);
  const options = {
    joinFiles: [],
    systemCallFilter,
    landlock: await tryLandlock().then(() => true, () => false),
    uid: UID,
    mounts: [...await hostMounts(), { source: place.at("source"), target: "/fn" }],
    directory: "/fn",
    bounds: { cpuTimeMs: 60_000, timeoutMs: 600_000 },
    compiler: { path },
  };
  const directories = { cacheDirectory: place.at("cache"), fetchDirectory: place.at("fetch") };
  using patience = openPatience("the end of the compiler");
  const { signal } = patience;
  for (
    const { around, env, deno } of [
      sandboxedPlace({ ...options, ...directories }),
      jointPlace(options),
    ]
  ) {
    const { command, ...input } = around([
      deno,
      "run",
      "--quiet",
      "--allow-all",
      "--no-config",
      "index.ts",
    ]);
    const said = await runBounded(command, { ...input, env, signal, maxBytes: 4_096 });
    assert.deepEqual([said.stdout, said.stderr], ["compiled read-only\n", ""]);
  }
});
