// A Debian in namespaces of its own: its root directory is a mount, as bwrap needs it.

/** Result of a command. */
export interface Said {
  readonly code: number;
  readonly out: string;
  /** Standard error. */
  readonly err: string;
}

/** A running Debian. Disposing of it ends all of its processes. */
export interface DebianMachine extends AsyncDisposable {
  /** Runs a shell script and returns what it said. */
  readonly sh: (script: string) => Promise<Said>;
  /** Runs a shell script that must succeed, and returns its output. */
  readonly ok: (script: string) => Promise<string>;
  /** Runs a shell script in the background; its output goes to a file in the machine. */
  readonly start: (script: string, log: string) => Deno.ChildProcess;
}

/** Prints a word when the new root is in place, then waits for its end. */
const INIT = `set -e
mount --bind "$1" "$1"
cd "$1"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs tmpfs run
mount -t tmpfs tmpfs tmp
mkdir -p old
pivot_root . old
exec chroot . sh -c 'umount --lazy /old && rmdir /old && echo ready && exec sleep infinity'
`;

const ENVIRONMENT = [
  "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  ...["HOME=/root", "LC_ALL=C.UTF-8", "DEBIAN_FRONTEND=noninteractive"],
];

/** Starts a machine with this root directory. */
export async function openMachine(root: string): Promise<DebianMachine> {
  const init = new Deno.Command("unshare", {
    args: ["--mount", "--pid", "--fork", "--kill-child", "--propagation", "private"]
      .concat("sh", "-c", INIT, "sh", root),
    stdin: "null",
    stdout: "piped",
  }).spawn();
  const reader = init.stdout.getReader();
  const { done } = await reader.read();
  if (done) throw new Error(`The Debian in ${root} does not start`);
  const children = await Deno.readTextFile(`/proc/${init.pid}/task/${init.pid}/children`);
  const enter = ["nsenter", "--target", children.trim(), "--mount", "--pid", "--root", "--wd"]
    .concat("env", "--ignore-environment", ...ENVIRONMENT, "sh", "-c");
  const sh = async (script: string): Promise<Said> => {
    const { code, stdout, stderr } = await new Deno.Command(enter[0]!, {
      args: [...enter.slice(1), script],
      stdin: "null",
    }).output();
    const [out = "", err = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, out, err };
  };
  return {
    sh,
    async ok(script) {
      const { code, out, err } = await sh(script);
      if (code !== 0) throw new Error(`"${script}" exited with ${code}:\n${out}${err}`);
      return out;
    },
    start: (script, log) =>
      new Deno.Command(enter[0]!, {
        args: [...enter.slice(1), `exec >>${log} 2>&1\n${script}`],
        stdin: "null",
      }).spawn(),
    async [Symbol.asyncDispose]() {
      init.kill("SIGKILL");
      await init.status;
      await reader.cancel();
    },
  };
}
