import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { DEBIAN_DIRECTORY } from "../../cli/service/installation.ts";
import { run } from "../../lib/system/run.ts";
import { buildPackage } from "../build.ts";
import { findUnnamed } from "./bundled_packages.ts";
import { changelogText } from "./changelog.ts";
import { controlText } from "./control.ts";
import { type Architecture, debianVersion } from "./debian_version.ts";
import { type PackagedFile, planLayout, UNITS_DIRECTORY } from "./layout.ts";
import { installDeno } from "./npm_deno.ts";
import { requiredGlibc } from "./required_glibc.ts";
import { packagedUnit } from "./unit.ts";

/** Input of {@linkcode buildDeb}. */
export interface DebOptions {
  /** Directory for the package; it is created. */
  readonly directory: string;
  readonly architecture: Architecture;
  /** Version of this ddsrv. */
  readonly version: string;
  readonly maintainer: string;
  /** Time of all files in seconds since 1970, see `SOURCE_DATE_EPOCH`. */
  readonly epoch: number;
  /** `none` saves a minute, for tests. */
  readonly compression: "xz" | "none";
}

const ROOT = fileURLToPath(new URL("../../", import.meta.url));

const SERVICE = "ddsrv.service";

const SCRIPTS = ["postinst", "prerm", "postrm"];

/** dpkg-deb compresses 100 MB with one thread, because the number of threads changes the bytes. */
const TIMEOUT_MS = 600_000;

/**
 * Builds the Debian package and returns its path. Needs no root. One commit, epoch and maintainer
 * give the same bytes.
 *
 * @throws {Error} if npm, gzip or dpkg-deb is missing or fails
 */
export async function buildDeb(options: DebOptions): Promise<string> {
  await using stack = new AsyncDisposableStack();
  const work = await Deno.makeTempDir({ prefix: "ddsrv-deb-" });
  stack.defer(() => Deno.remove(work, { recursive: true }));
  // The mode of the package's root is that of this directory.
  const tree = join(work, "tree");
  await makeDirectory(tree);
  const deno = await installDeno(join(work, "npm"), options.architecture);
  const glibc = requiredGlibc(await Deno.readFile(deno));
  await furnish(tree, { work, deno, options });
  await describe(tree, { glibc, options });
  await Deno.mkdir(options.directory, { recursive: true });
  const name = `ddsrv_${debianVersion(options.version)}_${options.architecture}.deb`;
  const path = join(options.directory, name);
  await run([
    ...["env", `SOURCE_DATE_EPOCH=${options.epoch}`, "dpkg-deb", "--build", "--root-owner-group"],
    ...[`-Z${options.compression}`, "--threads-max=1", tree, path],
  ], { timeoutMs: TIMEOUT_MS });
  return path;
}

interface Furnishing {
  readonly work: string;
  readonly deno: string;
  readonly options: DebOptions;
}

/** Writes all files that the package installs. */
async function furnish(tree: string, { work, deno, options }: Furnishing): Promise<void> {
  const npm = join(work, "package");
  await buildPackage(npm);
  await requireLicences(join(npm, "lib"));
  for (const file of planLayout(await filesBelow(npm), await ownUnits())) {
    await place(tree, file, join(file.isOwn ? ROOT : npm, file.from));
  }
  const program = join(tree, DEBIAN_DIRECTORY, "deno");
  await Deno.rename(deno, program);
  await Deno.chmod(program, 0o755);
  await makeDirectory(join(tree, "usr/bin"));
  await Deno.symlink("../lib/ddsrv/bin/ddsrv", join(tree, "usr/bin/ddsrv"));
  await writeFile(join(tree, UNITS_DIRECTORY, SERVICE), packagedUnit());
  const { maintainer, epoch } = options;
  const changelog = join(tree, "usr/share/doc/ddsrv/changelog.Debian");
  const version = debianVersion(options.version);
  await writeFile(changelog, changelogText({ version, maintainer, epoch }));
  await compress(changelog);
}

/** @throws {Error} if the bundle contains a package whose licence the copyright file does not say */
async function requireLicences(directory: string): Promise<void> {
  const names = (await filesBelow(directory)).filter((name) => name.endsWith(".js"));
  const modules = await Promise.all(names.map((name) => Deno.readTextFile(join(directory, name))));
  const copyright = await Deno.readTextFile(new URL("copyright", import.meta.url));
  const unnamed = findUnnamed(modules, copyright);
  if (unnamed.length === 0) return;
  throw new Error(`The package contains ${unnamed.join(", ")}. Name it in packaging/deb/copyright`);
}

/** Writes the files about the package, see deb-control(5). */
async function describe(
  tree: string,
  { glibc, options }: { readonly glibc: string; readonly options: DebOptions },
): Promise<void> {
  const files = await filesBelow(tree);
  const facts = await Promise.all(files.map((name) => Deno.lstat(join(tree, name))));
  const sizeKib = facts.reduce((sum, { size }) => sum + Math.ceil(size / 1024), 0);
  const plain = files.filter((_, index) => facts[index]!.isFile);
  const { architecture, maintainer } = options;
  const version = debianVersion(options.version);
  const about = join(tree, "DEBIAN");
  const conffiles = plain.filter((name) => name.startsWith("etc/"));
  // Before there are files about the package, which have no sums.
  const sums = await run(
    ["sh", "-c", 'cd "$1" && shift && exec md5sum -- "$@"', "sh", tree]
      .concat(plain),
    { timeoutMs: TIMEOUT_MS },
  );
  await writeFile(join(about, "md5sums"), sums);
  await writeFile(
    join(about, "control"),
    controlText({ version, architecture, sizeKib, glibc, maintainer }),
  );
  await writeFile(join(about, "conffiles"), conffiles.map((name) => `/${name}\n`).join(""));
  // Scripts stop them in this order: a socket would start its service again.
  const units = [...await ownUnits(), SERVICE].join(" ");
  for (const name of SCRIPTS) {
    const text = await Deno.readTextFile(new URL(name, import.meta.url));
    await writeFile(join(about, name), text.replaceAll("@UNITS@", units), 0o755);
  }
}

async function place(tree: string, file: PackagedFile, from: string): Promise<void> {
  const path = join(tree, file.isCompressed ? file.to.replace(/\.gz$/, "") : file.to);
  await makeDirectory(dirname(path));
  await Deno.copyFile(from, path);
  // The checkout may have other modes.
  await Deno.chmod(path, file.isExecutable ? 0o755 : 0o644);
  if (file.isCompressed) await compress(path);
}

/** Debian's policy wants the best compression, and a header without name and time. */
async function compress(path: string): Promise<void> {
  await run(["gzip", "-9", "--no-name", path]);
}

async function writeFile(path: string, text: string, mode = 0o644): Promise<void> {
  await makeDirectory(dirname(path));
  await Deno.writeTextFile(path, text);
  await Deno.chmod(path, mode);
}

/** Creates a directory and its parents with the modes of a package, whatever the umask is. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await Deno.mkdir(path);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return;
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    await makeDirectory(dirname(path));
    await Deno.mkdir(path);
  }
  await Deno.chmod(path, 0o755);
}

/** Returns the names of units that are files of the repository; `ddsrv.service` is generated. */
async function ownUnits(): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(new URL("../systemd", import.meta.url))) {
    if (name.includes(".") && !name.endsWith(".md")) names.push(name);
  }
  return names.sort();
}

/** Returns the paths of all files and links below a directory, relative to it. */
async function filesBelow(directory: string, prefix = ""): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(join(directory, prefix)));
  const found = entries.map(async ({ name, isDirectory }) => {
    const path = join(prefix, name);
    return isDirectory ? await filesBelow(directory, path) : [path];
  });
  return (await Promise.all(found)).flat().sort();
}
