import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The way in which somebody installed this ddsrv. */
export type Installation =
  /** `directory` is the package's own, in a `node_modules`. */
  | { readonly type: "package"; readonly directory: string }
  /** From the `.deb` of a release. */
  | { readonly type: "debian" }
  /** From the cache of npx, which is temporary. */
  | { readonly type: "npx" }
  | { readonly type: "checkout"; readonly directory: string }
  | { readonly type: "container" };

/** Directory of the Debian package's files. */
export const DEBIAN_DIRECTORY = "/usr/lib/ddsrv";

/** Input of {@linkcode findInstallation}. */
export interface InstallationFacts {
  /** URL of the main module. */
  readonly main: string;
  /** This process runs in a container. */
  readonly isContainer: boolean;
  /** Returns true if a file or directory exists. */
  readonly exists: (path: string) => boolean;
}

/**
 * Finds how the running ddsrv was installed, by the place of its main module. A checkout in a
 * container has its repository; the image has none.
 *
 * @example
 * ```ts
 * import { findInstallation } from "./installation.ts";
 * const main = "file:///usr/lib/node_modules/ddsrv/lib/main.js";
 * findInstallation({ main, isContainer: false, exists: () => false });
 * // { type: "package", directory: "/usr/lib/node_modules/ddsrv" }
 * ```
 */
export function findInstallation({ main, isContainer, exists }: InstallationFacts): Installation {
  const path = fileURLToPath(main);
  if (/[\\/]_npx[\\/]/.test(path)) return { type: "npx" };
  const directory = dirname(dirname(path));
  if (directory === DEBIAN_DIRECTORY) return { type: "debian" };
  if (basename(path) === "main.js") return { type: "package", directory };
  const isImage = isContainer && !exists(join(directory, ".git"));
  return isImage ? { type: "container" } : { type: "checkout", directory };
}

/** Way to upgrade an installation. */
export interface UpgradePlan {
  /** Command that does it; `undefined` if ddsrv can't do it itself. */
  readonly command: readonly string[] | undefined;
  /** Steps that a person takes instead; commands with a `$` before them. */
  readonly steps: readonly string[];
}

/** Input of {@linkcode planUpgrade}. */
export interface UpgradeFacts {
  /** Name of the npm package. */
  readonly name: string;
  /** The package is in the directory of global packages. */
  readonly isGlobal: boolean;
}

/** Returns the way to upgrade an installation. */
export function planUpgrade(
  installation: Installation,
  { name, isGlobal }: UpgradeFacts,
): UpgradePlan {
  switch (installation.type) {
    case "package": {
      const command = ["npm", "install", "--global", `${name}@latest`];
      if (isGlobal) return { command, steps: [`$ ${command.join(" ")}`] };
      return { command: undefined, steps: packageSteps(installation.directory, name) };
    }
    case "debian":
      return {
        command: undefined,
        steps: [
          "This ddsrv is a Debian package. Get the package of a newer version, and install it; " +
          "functions, data and settings stay:",
          "$ apt-get install ./ddsrv_VERSION_ARCHITECTURE.deb",
        ],
      };
    case "npx":
      return {
        command: undefined,
        steps: [
          "This ddsrv is in the cache of npx, which installs the version that you name each time:",
          `$ npx ${name}@latest --version`,
        ],
      };
    case "container":
      return {
        command: undefined,
        steps: [
          "This ddsrv is part of a container image. Pull or build a newer image, and " +
          "replace the container",
        ],
      };
    case "checkout":
      return {
        command: undefined,
        steps: [
          `This ddsrv is a checkout in "${installation.directory}". Update it there, and install ` +
          "its dependencies:",
          "$ git pull",
          "$ deno ci",
        ],
      };
    default:
      return installation satisfies never;
  }
}

/** Steps for a package that is not global for the npm on the PATH of this user. */
function packageSteps(directory: string, name: string): readonly string[] {
  // Each npm has its own directory of global packages, and nvm installs several.
  const prefix = /^(.*)\/lib\/node_modules\/(?:@[^/]+\/)?[^/]+$/.exec(directory)?.[1];
  return prefix === undefined
    ? [
      "This ddsrv is a dependency of a project. Upgrade it there:",
      `$ npm install ${name}@latest`,
    ]
    : [
      "This ddsrv is not in the directory that your npm installs global packages into. Upgrade it " +
      "there:",
      `$ npm install --global --prefix ${prefix} ${name}@latest`,
    ];
}
