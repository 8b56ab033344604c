// The only file system of the machine: Deno, the programs of the tests with their libraries,
// and the code under test.
import { dirname, join, relative } from "node:path";
import { run } from "../../lib/system/run.ts";
import { CPIO_MODES, cpioArchive, type CpioEntry } from "./cpio.ts";

const PROGRAMS = ["sh", "sleep", "mount", "ip", "unshare", "setsid", "taskset"];

const ROOT = new URL("../..", import.meta.url).pathname;

/** Path of the code in the machine. */
const CODE = "work";

/** Top-level links into /usr, as on a current Debian. */
const LINKS = ["bin", "sbin", "lib", "lib64"];

const MOUNT_POINTS = ["proc", "sys", "dev", "tmp", "run"];

/** Script that runs `tests` after the kernel has started, prints the result, and switches off. */
function initScript(tests: readonly string[]): string {
  return `#!/usr/bin/sh
export PATH=/usr/sbin:/usr/bin HOME=/tmp NO_COLOR=1
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
mount -t tmpfs tmpfs /tmp
mount -t cgroup2 cgroup2 /sys/fs/cgroup
ip link set lo up
cd /${CODE}
deno test --allow-all --no-check --no-config --no-lock ${tests.join(" ")}
echo "RESULT $?"
echo o >/proc/sysrq-trigger
sleep 60
`;
}

/** Writes the file system's image to `path`. */
export async function writeImage(path: string, tests: readonly string[]): Promise<void> {
  const files = new Map<string, string>([["usr/bin/deno", Deno.execPath()]]);
  for (const name of PROGRAMS) {
    const found = (await run(["sh", "-c", 'command -v "$1"', "sh", name])).trim();
    files.set(`usr/bin/${name}`, found);
  }
  for (const program of [...files.values()]) {
    for (const library of await librariesOf(program)) files.set(mergedPath(library), library);
  }
  for (const directory of ["lib", "tests/sandbox"]) await addCode(files, directory);
  for (const name of ["patience.ts", "temporary_directory.ts"]) {
    files.set(`${CODE}/tests/${name}`, join(ROOT, "tests", name));
  }
  const entries: CpioEntry[] = [];
  const directories = new Set([...MOUNT_POINTS, ...LINKS.map((name) => `usr/${name}`)]);
  for (const file of files.keys()) {
    for (let parent = dirname(file); parent !== "."; parent = dirname(parent)) {
      directories.add(parent);
    }
  }
  for (const one of [...directories].sort()) {
    entries.push({ path: one, mode: CPIO_MODES.directory, data: new Uint8Array() });
  }
  for (const name of LINKS) {
    const data = new TextEncoder().encode(`usr/${name}`);
    entries.push({ path: name, mode: CPIO_MODES.link, data });
  }
  for (const [target, source] of files) {
    entries.push({ path: target, mode: CPIO_MODES.program, data: await Deno.readFile(source) });
  }
  const init = new TextEncoder().encode(initScript(tests));
  entries.push({ path: "init", mode: CPIO_MODES.program, data: init });
  await Deno.writeFile(path, ReadableStream.from(cpioArchive(entries)), { createNew: true });
}

/** Returns the paths of the libraries that a program is linked to, including its loader. */
async function librariesOf(program: string): Promise<string[]> {
  return [...(await run(["ldd", program])).matchAll(/(?:=> |^\t)(\/\S+)/gm)].map(([, path]) =>
    path!
  );
}

/** `/lib64/x` is `usr/lib64/x`, because the former is a link. */
function mergedPath(path: string): string {
  return LINKS.includes(path.split("/")[1]!) ? `usr${path}` : path.slice(1);
}

async function addCode(files: Map<string, string>, directory: string): Promise<void> {
  for await (const { name, isFile, isDirectory } of Deno.readDir(join(ROOT, directory))) {
    const path = join(directory, name);
    if (isDirectory) await addCode(files, path);
    if (isFile) files.set(join(CODE, relative(ROOT, join(ROOT, path))), join(ROOT, path));
  }
}
