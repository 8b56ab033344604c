// Builds Debian packages, lets lintian check the one of this commit, and installs, uses, upgrades
// and purges them in a clean Debian of its own. It needs the network for a first run only.
import { run } from "../../lib/system/run.ts";
import { NAMESPACES } from "../container/machine.ts";
import { isInstalled } from "../../lib/system/programs.ts";
import { buildPackages } from "./packages.ts";
import { openRoot } from "./root.ts";

/** Cache that is kept between runs. */
const CACHE = Deno.env.get("DDSRV_TEST_CACHE_DIRECTORY") ?? "/var/cache/ddsrv-test";

/** Programs beside those of ddsrv, and the packages of Debian that have them. */
const PROGRAMS = {
  "dpkg-deb": "dpkg",
  debootstrap: "debootstrap",
  lintian: "lintian",
  npm: "npm",
  git: "git",
};

const MINUTES = 60_000;

async function main(): Promise<number> {
  for (const [name, packaged] of Object.entries(PROGRAMS)) {
    if (await isInstalled(name, Deno.env.get("PATH") ?? "")) continue;
    return refuse(`The test of the Debian package needs ${name}: apt-get install ${packaged}`);
  }
  if (Deno.uid() !== 0) return refuse("The test of the Debian package needs root. Use sudo");
  await Deno.mkdir(CACHE, { recursive: true });
  const directory = await Deno.makeTempDir({ dir: CACHE, prefix: "deb-" });
  try {
    const packages = await buildPackages(directory);
    say(`${packages.release}: ${(await Deno.stat(packages.release)).size} bytes`);
    say(
      await run(["lintian", "--allow-root", "--fail-on", "error,warning", packages.release], {
        timeoutMs: 10 * MINUTES,
      }),
    );
    const root = await openRoot(CACHE, directory);
    const { code } = await new Deno.Command("unshare", {
      args: ["--net", ...NAMESPACES, Deno.execPath(), "run", "--quiet", "--allow-all"].concat(
        ["tests/outer.ts", "test", "--no-check", "--allow-all", "tests/deb/story.ts"],
      ),
      cwd: new URL("../..", import.meta.url).pathname,
      env: { DDSRV_DEBS: JSON.stringify(packages), DDSRV_ROOT: root },
      stdin: "null",
    }).spawn().status;
    return code;
  } finally {
    await run(["rm", "-rf", "--one-file-system", directory], { timeoutMs: MINUTES });
  }
}

function refuse(message: string): number {
  Deno.stderr.writeSync(new TextEncoder().encode(`${message}\n`));
  return 1;
}

function say(text: string): void {
  if (text.trim() === "") return;
  Deno.stdout.writeSync(new TextEncoder().encode(`${text.trim()}\n`));
}

Deno.exit(await main());
