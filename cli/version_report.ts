import { findCommit } from "./commit.ts";
import { version } from "./version.ts";

/** Output of `ddsrv --version --json`. */
export interface VersionReport {
  readonly version: string;
  /** See {@linkcode findCommit}. */
  readonly commit: string | null;
  /** Version of the Deno that runs this ddsrv. */
  readonly deno: string;
  readonly v8: string;
  /** Machine and system that this Deno was built for, such as `x86_64-unknown-linux-gnu`. */
  readonly target: string;
}

/** Reports what this ddsrv is, and what runs it. */
export async function reportVersion(): Promise<VersionReport> {
  // Of a package, this module is in lib/; of a checkout and an image, in cli/.
  const commit = await findCommit(new URL("../", import.meta.url));
  const { deno, v8 } = Deno.version;
  return { version, commit, deno, v8, target: Deno.build.target };
}
