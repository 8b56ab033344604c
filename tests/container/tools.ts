// dockerd and the other programs of the tests. Missing programs come from the distribution's
// packages, unpacked into a directory instead of installed.
import { join } from "node:path";
import { run } from "../../lib/system/run.ts";

const PACKAGES = ["bindfs", "debootstrap", "docker.io", "iptables"];

/** Names of two programs that dockerd calls; an installation of their packages would link them. */
const LINKS = { iptables: "xtables-nft-multi", ip6tables: "xtables-nft-multi" };

/** Programs that are not installed on this machine. */
export interface Tools {
  /** Directory of the unpacked programs. */
  readonly root: string;
  /** Variables that make programs find them. */
  readonly env: Readonly<Record<string, string>>;
}

/** Unpacks missing programs into `cache`. Throws if apt can't download them. */
export async function openTools(cache: string): Promise<Tools> {
  const root = join(cache, "tools");
  if (await Deno.stat(root).catch(() => undefined) === undefined) {
    await using stack = new AsyncDisposableStack();
    const parts = await Deno.makeTempDir({ dir: cache, prefix: "tools-" });
    stack.defer(() => Deno.remove(parts, { recursive: true }));
    await unpack(parts);
    await Deno.rename(join(parts, "root"), root);
  }
  const platform = `${Deno.build.arch}-linux-gnu`;
  const libraries = ["usr/lib", "lib"].map((place) => join(root, place, platform));
  const places = ["links", "usr/sbin", "usr/bin", "sbin", "bin"].map((place) => join(root, place));
  const scripts = join(root, "usr/share/debootstrap");
  const extensions = join(libraries[0]!, "xtables");
  const exists = async (path: string): Promise<boolean> =>
    await Deno.stat(path).catch(() => undefined) !== undefined;
  return {
    root,
    env: {
      PATH: [...places, Deno.env.get("PATH") ?? ""].join(":"),
      LD_LIBRARY_PATH: libraries.join(":"),
      // Installed programs know their own places.
      ...(await exists(extensions) ? { XTABLES_LIBDIR: extensions } : {}),
      ...(await exists(scripts) ? { DEBOOTSTRAP_DIR: scripts } : {}),
    },
  };
}

async function unpack(parts: string): Promise<void> {
  const archives = join(parts, "archives");
  await Deno.mkdir(join(archives, "partial"), { recursive: true });
  const download = [
    ...["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", "--download-only"],
    // Nothing is installed, so no lock is needed.
    ...["-o", "Debug::NoLocking=1", "-o", "APT::Sandbox::User=root"],
    ...["-o", `Dir::Cache::archives=${archives}`, ...PACKAGES],
  ];
  try {
    await run(download, { timeoutMs: 120_000 });
  } catch {
    await run(["apt-get", "update", "--quiet"], { timeoutMs: 120_000 });
    await run(download, { timeoutMs: 120_000 });
  }
  const root = join(parts, "root");
  await Deno.mkdir(join(root, "links"), { recursive: true });
  for await (const { name } of Deno.readDir(archives)) {
    if (name.endsWith(".deb")) {
      await run(["dpkg-deb", "--extract", join(archives, name), root], { timeoutMs: 60_000 });
    }
  }
  for (const [name, target] of Object.entries(LINKS)) {
    await Deno.symlink(join("../usr/sbin", target), join(root, "links", name));
  }
}
