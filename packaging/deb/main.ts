// Builds the Debian package in dist-deb/ or in the named directory; prints its path. --arch=arm64 or
// --arch=amd64 for another machine than this one; --fast without compression, for tests. DEBFULLNAME
// and DEBEMAIL say who publishes it.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { printError, printOut } from "../../cli/output/print.ts";
import { version } from "../../cli/version.ts";
import { buildDeb } from "./build_deb.ts";
import { architectureOf, ARCHITECTURES } from "./debian_version.ts";
import { findEpoch } from "./find_epoch.ts";
import { maintainerOf } from "./maintainer.ts";

async function main(args: readonly string[]): Promise<number> {
  const [wanted] = args.flatMap((arg) => /^--arch=(.*)$/.exec(arg)?.[1] ?? []);
  const names = Object.keys(ARCHITECTURES) as (keyof typeof ARCHITECTURES)[];
  const architecture = names.find((name) => name === (wanted ?? architectureOf(Deno.build.arch)));
  if (architecture === undefined) {
    printError(`There is no Deno for this machine. Pass --arch=${names.join(" or --arch=")}\n`);
    return 2;
  }
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const directory = resolve(args.find((arg) => !arg.startsWith("-")) ?? `${root}dist-deb`);
  const env = Deno.env.toObject();
  const epoch = await findEpoch(root, env);
  const maintainer = maintainerOf(env);
  const compression = args.includes("--fast") ? "none" : "xz";
  const facts = { directory, architecture, version, maintainer, epoch, compression } as const;
  printOut(`${await buildDeb(facts)}\n`);
  return 0;
}

Deno.exit(await main(Deno.args));
