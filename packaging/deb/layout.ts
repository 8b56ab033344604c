import { DEBIAN_DIRECTORY } from "../../cli/service/installation.ts";

/** A file of the package, from a file of the built npm package or of this repository. */
export interface PackagedFile {
  /** Relative to the npm package, or to the repository; see `isOwn`. */
  readonly from: string;
  /** Absolute, on the host that installs the package. */
  readonly to: string;
  /** The file is in the repository, not in the npm package. */
  readonly isOwn?: true;
  readonly isCompressed?: true;
  readonly isExecutable?: true;
}

/** Files of the npm package that the program reads. */
const PROGRAM = /^(?:lib|examples)\/|^build\.json$/;

const COMPLETIONS: Readonly<Record<string, string>> = {
  "completions/ddsrv.bash": "/usr/share/bash-completion/completions/ddsrv",
  "completions/_ddsrv": "/usr/share/zsh/vendor-completions/_ddsrv",
  "completions/ddsrv.fish": "/usr/share/fish/vendor_completions.d/ddsrv.fish",
};

/** Files of this repository. */
const OWN: readonly PackagedFile[] = [
  { from: "packaging/deb/default", to: "/etc/default/ddsrv", isOwn: true },
  { from: "packaging/deb/copyright", to: "/usr/share/doc/ddsrv/copyright", isOwn: true },
  {
    from: "CHANGELOG.md",
    to: "/usr/share/doc/ddsrv/changelog.gz",
    isOwn: true,
    isCompressed: true,
  },
  {
    from: "packaging/deb/lintian-overrides",
    to: "/usr/share/lintian/overrides/ddsrv",
    isOwn: true,
  },
];

/** Directory of units of packages, see systemd.unit(5). */
export const UNITS_DIRECTORY = "/lib/systemd/system";

/**
 * Returns the files of the package that are copied, for the paths of the npm package's files and
 * the names of the units in `packaging/systemd`.
 *
 * @example
 * ```ts
 * import { planLayout } from "./layout.ts";
 * planLayout(["bin/ddsrv", "lib/main.js", "man/ddsrv.1"], ["ddsrv.socket"]);
 * ```
 */
export function planLayout(files: readonly string[], units: readonly string[]): PackagedFile[] {
  const packaged = files.flatMap((from): PackagedFile[] => {
    if (from === "bin/ddsrv") {
      return [{ from, to: `${DEBIAN_DIRECTORY}/${from}`, isExecutable: true }];
    }
    if (PROGRAM.test(from)) return [{ from, to: `${DEBIAN_DIRECTORY}/${from}` }];
    const completion = COMPLETIONS[from];
    if (completion !== undefined) return [{ from, to: completion }];
    const page = /^man\/(.+\.(\d))$/.exec(from);
    if (page === null) return [];
    return [{ from, to: `/usr/share/man/man${page[2]}/${page[1]}.gz`, isCompressed: true }];
  });
  const ofSystemd = units.map((name): PackagedFile => (
    { from: `packaging/systemd/${name}`, to: `${UNITS_DIRECTORY}/${name}`, isOwn: true }
  ));
  return [...packaged, ...OWN, ...ofSystemd];
}
