// Replacement for the Deno image that the Dockerfile is based on: a small Debian from the machine's
// mirror, with the Deno that runs the tests, laid out like that image.
import { dirname, join } from "node:path";
import { run } from "../../lib/system/run.ts";
import type { Tools } from "./tools.ts";

/**
 * Variables that name trusted certificates, because a mirror may have a private certificate
 * authority.
 */
const TRUST = ["DENO_CERT", "DENO_TLS_CA_STORE", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];

/** Returns the flags with the image's metadata for `docker import`. */
export function importChanges(): string[] {
  const trust = trusted().map(([name, value]) => `ENV ${name}=${value}`);
  const changes = [
    "ENV DENO_DIR=/deno-dir/",
    'ENTRYPOINT ["/tini", "--", "docker-entrypoint.sh"]',
    ...trust,
  ];
  return changes.flatMap((change) => ["--change", change]);
}

/** Creates the archive in `cache` if it is missing, and returns its path. */
export async function openBaseImage(cache: string, tools: Tools): Promise<string> {
  const { suite, mirror } = await findMirror();
  const path = join(cache, `debian-${suite}-deno-${Deno.version.deno}.tar`);
  if (await Deno.stat(path).catch(() => undefined) !== undefined) return path;
  await using stack = new AsyncDisposableStack();
  const parts = await Deno.makeTempDir({ dir: cache, prefix: "base-" });
  stack.defer(() => Deno.remove(parts, { recursive: true }));
  const root = join(parts, "root");
  // In a separate mount namespace: debootstrap mounts file systems, and
  // unmounts them only on success.
  await run([
    ...["unshare", "--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"],
    ...["env", ...Object.entries(tools.env).map(([name, value]) => `${name}=${value}`)],
    ...["debootstrap", "--variant=minbase", "--include=ca-certificates", suite, root, mirror],
  ], { timeoutMs: 300_000 });
  await furnish(root, tools);
  const archive = join(parts, "archive.tar");
  await run(["tar", "-C", root, "-cf", archive, "."], { timeoutMs: 60_000 });
  await Deno.rename(archive, path);
  return path;
}

async function furnish(root: string, tools: Tools): Promise<void> {
  await run(["sh", "-c", 'rm -f "$1"/var/cache/apt/archives/*.deb', "sh", root]);
  await Deno.copyFile(Deno.execPath(), join(root, "usr/bin/deno"));
  const tini = join(tools.root, "usr/bin/tini-static");
  const found = await Deno.stat(tini).catch(() => undefined);
  await Deno.copyFile(found === undefined ? "/usr/bin/tini-static" : tini, join(root, "tini"));
  await Deno.mkdir(join(root, "deno-dir"));
  const entry = join(root, "usr/local/bin/docker-entrypoint.sh");
  await Deno.writeTextFile(entry, '#!/bin/sh\nexec "$@"\n', { mode: 0o755 });
  for (const [, path] of trusted().filter(([, value]) => value.startsWith("/"))) {
    await Deno.mkdir(dirname(join(root, path)), { recursive: true });
    await Deno.copyFile(await Deno.realPath(path), join(root, path));
  }
}

/** Returns this release's name and the mirror that apt uses. */
export async function findMirror(): Promise<{ readonly suite: string; readonly mirror: string }> {
  const [, suite = ""] = /^VERSION_CODENAME=(.*)$/m.exec(
    await Deno.readTextFile("/etc/os-release"),
  )!;
  const format = ["--format", "$(RELEASE) $(REPO_URI)"];
  const targets = await run(["apt-get", "indextargets", ...format, "Created-By: Packages"]);
  const target = targets.split("\n").find((line) => line.startsWith(`${suite} `));
  if (target === undefined) throw new Error(`apt has no source of "${suite}". Add one`);
  return { suite, mirror: target.slice(suite.length + 1) };
}

function trusted(): (readonly [name: string, value: string])[] {
  return TRUST.map((name) => [name, Deno.env.get(name) ?? ""] as const)
    .filter(([, value]) => value !== "");
}
