import { BUILD_FILE } from "../cli/commit.ts";

/** Version of Deno that the package depends on and that all tests run with. */
export const DENO_VERSION = "2.9.6";

/** Input of {@linkcode packageJson}. */
export interface PackageFacts {
  readonly version: string;
  /** Paths of man pages in the package. */
  readonly man: readonly string[];
}

/**
 * Returns the package's `package.json`. It exists only in the package: in the repository it would
 * change how Deno resolves imports.
 */
export function packageJson({ version, man }: PackageFacts): Readonly<Record<string, unknown>> {
  return {
    name: "ddsrv",
    version,
    description: "Drop a folder, get a server: each function runs in its own sandbox",
    keywords: ["deno", "functions", "server", "supervisor", "sandbox", "namespaces", "faas"],
    license: "MIT",
    type: "module",
    bin: { ddsrv: "bin/ddsrv" },
    ...(man.length === 0 ? {} : { man }),
    files: ["bin", "lib", "examples", "completions", "man", BUILD_FILE],
    // Without libc: npm refuses a package that names one on systems other than Linux.
    os: ["linux", "darwin", "win32"],
    cpu: ["x64", "arm64"],
    // npm reads the first line of a command only after this script.
    scripts: { preinstall: "node bin/prepare.cjs" },
    dependencies: { deno: DENO_VERSION },
  };
}
