import { join } from "node:path";
import { MAIN } from "./harness.ts";

/** A directory with a program `ssh` that runs the command line on this host. */
export interface PretendSsh {
  /** Environment for `ddsrv deploy`; `how` is a fault of the connection. */
  readonly env: (how?: SshFault) => Record<string, string>;
  /** Returns the arguments of the last call, one a line. */
  readonly args: () => Promise<string>;
}

/**
 * `refused`: ssh fails before the login; `banner`: the login shell prints first; `no-shell`: the
 * server runs another command; `no-ddsrv`: ddsrv is not there; `older`: it is an older version;
 * `cut`: the connection ends when 64 KiB have passed.
 */
export type SshFault = "refused" | "banner" | "no-shell" | "no-ddsrv" | "older" | "cut";

const SSH = `#!/bin/sh
printf '%s\\n' "$@" > "$PRETEND_SSH/args"
for line; do :; done
case "$PRETEND_FAULT" in
  refused) echo 'ann@example.test: Permission denied (publickey).' >&2; exit 255 ;;
  banner) echo 'Welcome to example.test!' ;;
  no-shell) echo 'This account is for git alone.'; exit 1 ;;
  no-ddsrv) PRETEND_BIN=/nowhere ;;
  older) PRETEND_BIN=$PRETEND_SSH/older ;;
  cut) head -c 65536 | PATH=$PRETEND_BIN:/usr/bin:/bin sh -c "$line"; exit 255 ;;
esac
PATH=$PRETEND_BIN:/usr/bin:/bin exec sh -c "$line"
`;

/** Makes the programs in a directory; ddsrv uses the server's socket. */
export async function pretendSsh(directory: string, socket: string): Promise<PretendSsh> {
  const command = `'${Deno.execPath()}' run --quiet --no-check --allow-all '${MAIN}' "$@"`;
  const older = `case "$*" in
  --version) echo 0.0.9; exit ;;
  *--help) echo '--name --replace'; exit ;;
  *--ttl*|*--upload*|*--by*) echo 'ddsrv: unknown option' >&2; exit 2 ;;
esac
`;
  await program(join(directory, "here/ssh"), SSH);
  await program(join(directory, "bin/ddsrv"), `#!/bin/sh\nexec ${command}\n`);
  await program(join(directory, "older/ddsrv"), `#!/bin/sh\n${older}exec ${command}\n`);
  return {
    env: (how) => ({
      PATH: `${join(directory, "here")}:${Deno.env.get("PATH")}`,
      PRETEND_SSH: directory,
      PRETEND_BIN: join(directory, "bin"),
      PRETEND_FAULT: how ?? "",
      DDSRV_SOCKET: socket,
    }),
    args: () => Deno.readTextFile(join(directory, "args")),
  };
}

async function program(path: string, text: string): Promise<void> {
  await Deno.mkdir(join(path, ".."), { recursive: true });
  await Deno.writeTextFile(path, text, { mode: 0o755 });
}
