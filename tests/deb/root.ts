// A clean Debian with what the package depends on, from the mirror that apt uses here.
import { join } from "node:path";
import { run } from "../../lib/system/run.ts";
import { dependencies } from "../../packaging/deb/control.ts";
import { findMirror } from "../container/base_image.ts";
import { NAMESPACES } from "../container/machine.ts";

const TIMEOUT_MS = 600_000;

/** Unpacks a clean Debian below a directory and returns its path; creates its archive in `cache`. */
export async function openRoot(cache: string, directory: string): Promise<string> {
  const { suite, mirror } = await findMirror();
  const wanted = dependencies("2").map((name) => name.replace(/ .*/, ""));
  const archive = join(cache, `debian-${suite}-${wanted.join("-")}.tar`);
  if (await Deno.stat(archive).catch(() => undefined) === undefined) {
    const made = join(directory, "made");
    // debootstrap mounts file systems, and unmounts them only on success.
    await run([
      ...["unshare", ...NAMESPACES, "debootstrap", "--variant=minbase"],
      ...[`--include=${wanted.join(",")}`, suite, made, mirror],
    ], { timeoutMs: TIMEOUT_MS });
    await run(["sh", "-c", 'rm -f "$1"/var/cache/apt/archives/*.deb', "sh", made]);
    const part = join(directory, "root.tar");
    await run(["tar", "-C", made, "-cf", part, "."], { timeoutMs: TIMEOUT_MS });
    await Deno.rename(part, archive);
  }
  const root = join(directory, "root");
  await Deno.mkdir(root);
  await run(["tar", "-C", root, "-xpf", archive], { timeoutMs: TIMEOUT_MS });
  return root;
}
