// An ordinary user with readable copies of Deno and ddsrv, because those of the tests may be in a
// directory that only root can read.
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { removeIfThere } from "../../../lib/system/remove_if_there.ts";

/**
 * First unprivileged user id. Each user gets another id, because each has its directory in /tmp.
 */
const FIRST_UID = 100_000;
const UIDS_OF_PROCESS = 8;
let made = 0;

/** An ordinary user who can run ddsrv. Disposing of it removes all its files. */
export interface OrdinaryUser extends AsyncDisposable {
  readonly uid: number;
  /** Directory that belongs to the user. */
  readonly directory: string;
  /** Command that runs ddsrv as that user. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Creates a user with a home directory and without access to root's files. */
export async function ordinaryUser(): Promise<OrdinaryUser> {
  const uid = FIRST_UID + Deno.pid * UIDS_OF_PROCESS + made++ % UIDS_OF_PROCESS;
  const base = await Deno.makeTempDir({ prefix: "ddsrv-e2e-user-" });
  await Deno.chmod(base, 0o755);
  const deno = join(base, "deno");
  await Deno.copyFile(Deno.execPath(), deno);
  await Deno.chmod(deno, 0o755);
  const root = new URL("../../..", import.meta.url).pathname;
  for (const name of ["cli", "lib", "deno.json", "deno.lock"]) {
    await cp(join(root, name), join(base, "ddsrv", name), { recursive: true });
  }
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  const { npmCache } = JSON.parse(new TextDecoder().decode(stdout)) as { npmCache: string };
  const cache = join(base, "cache");
  await cp(npmCache, join(cache, "npm"), { recursive: true });
  const directory = join(base, "home");
  await Deno.mkdir(join(directory, "run"), { recursive: true });
  const own = await new Deno.Command("chown", { args: ["-R", `${uid}:${uid}`, cache, directory] })
    .output();
  if (!own.success) throw new Error(new TextDecoder().decode(own.stderr));
  return {
    uid,
    directory,
    command: [
      ...["setpriv", `--reuid=${uid}`, `--regid=${uid}`, "--clear-groups"],
      ...[deno, "run", "--quiet", "--allow-all", join(base, "ddsrv/cli/main.ts")],
    ],
    env: {
      HOME: directory,
      DENO_DIR: cache,
      XDG_RUNTIME_DIR: join(directory, "run"),
      DDSRV_STATE_DIRECTORY: join(directory, "state"),
    },
    async [Symbol.asyncDispose]() {
      await Deno.remove(base, { recursive: true });
      // A killed supervisor leaves its locks.
      await removeIfThere(`/tmp/ddsrv-${uid}`);
    },
  };
}
