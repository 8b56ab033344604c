/** The Deno that the package brings along, and that everything is tested with. */
export const DENO_VERSION = "2.9.6";

/** What differs from one package to the next. */
export interface PackageFacts {
  readonly version: string;
  /** Man pages, as paths in the package. */
  readonly man: readonly string[];
}

/**
 * The package's `package.json`. It stands in the package only: beside the sources it would change
 * how Deno resolves their imports.
 */
export function packageJson({ version, man }: PackageFacts): Readonly<Record<string, unknown>> {
  return {
    name: "ddsrv",
    version,
    description: "Drop a folder, get a server: each function in a sandbox of its own",
    keywords: ["deno", "functions", "server", "supervisor", "sandbox", "namespaces", "faas"],
    license: "MIT",
    type: "module",
    bin: { ddsrv: "bin/ddsrv" },
    ...(man.length === 0 ? {} : { man }),
    files: ["bin", "lib", "examples", "completions", "man"],
    os: ["linux"],
    cpu: ["x64", "arm64"],
    libc: ["glibc"],
    dependencies: { deno: DENO_VERSION },
  };
}
