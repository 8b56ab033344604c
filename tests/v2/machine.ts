// The distribution's kernel, and a machine that runs it without hardware virtualization.
import { join } from "node:path";
import { isInstalled } from "../../lib/system/programs.ts";
import { run } from "../../lib/system/run.ts";

const EMULATOR = "qemu-system-x86_64";

/** Depends on the current kernel package, whose name contains its version. */
const KERNEL_PACKAGE = "linux-image-cloud-amd64";

const APT_TIMEOUT_MS = 300_000;

/** Installs the emulator if it is missing. */
export async function installEmulator(): Promise<void> {
  if (await isInstalled(EMULATOR, Deno.env.get("PATH") ?? "")) return;
  const install = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends"];
  await apt([...install, "qemu-system-x86"]);
}

/**
 * Downloads a kernel to `cache` if it is missing, and returns its path. Unpacks the package only.
 */
export async function fetchKernel(cache: string): Promise<string> {
  const kernel = join(cache, "vmlinuz");
  if (await Deno.stat(kernel).catch(() => undefined) !== undefined) return kernel;
  await Deno.mkdir(cache, { recursive: true });
  await using stack = new AsyncDisposableStack();
  const parts = await Deno.makeTempDir({ dir: cache, prefix: "kernel-" });
  stack.defer(() => Deno.remove(parts, { recursive: true }));
  const depends = await apt(["apt-cache", "depends", KERNEL_PACKAGE]);
  const [, name] = /Depends: (linux-image-\S+)/.exec(depends) ?? [];
  if (name === undefined) throw new Error(`apt knows no package "${KERNEL_PACKAGE}"`);
  // apt's own user could not write here.
  const download = ["apt-get", "download", "-o", "APT::Sandbox::User=root", name];
  await apt(["sh", "-c", 'cd "$1" && shift && exec "$@"', "sh", parts, ...download]);
  const [archive] = await Array.fromAsync(Deno.readDir(parts));
  await run(["dpkg-deb", "--extract", join(parts, archive!.name), parts], {
    timeoutMs: APT_TIMEOUT_MS,
  });
  for await (const file of Deno.readDir(join(parts, "boot"))) {
    if (file.name.startsWith("vmlinuz")) {
      await Deno.rename(join(parts, "boot", file.name), kernel);
    }
  }
  return kernel;
}

/** Runs a command of apt; updates the package lists and retries if they are missing. */
async function apt(command: readonly string[]): Promise<string> {
  try {
    return await run(command, { timeoutMs: APT_TIMEOUT_MS });
  } catch {
    await run(["apt-get", "update", "--quiet"], { timeoutMs: APT_TIMEOUT_MS });
    return await run(command, { timeoutMs: APT_TIMEOUT_MS });
  }
}

/** Options of {@linkcode runMachine}. */
export interface MachineOptions {
  readonly kernel: string;
  readonly image: string;
  /** The machine is switched off after this time. */
  readonly timeoutMs: number;
}

/** Runs a machine until it shuts down. Forwards its console to standard output and returns it. */
export async function runMachine({ kernel, image, timeoutMs }: MachineOptions): Promise<string> {
  const child = new Deno.Command(EMULATOR, {
    args: [
      ...["-m", "2048", "-smp", "2", "-accel", "tcg,thread=multi", "-cpu", "max"],
      ...["-kernel", kernel, "-initrd", image, "-nographic", "-no-reboot", "-nic", "none"],
      ...["-append", "console=ttyS0 panic=-1 quiet cgroup_no_v1=all"],
    ],
    stdin: "null",
    stdout: "piped",
    signal: AbortSignal.timeout(timeoutMs),
  }).spawn();
  let console = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    console += text;
    await Deno.stdout.write(new TextEncoder().encode(text));
  }
  await child.status;
  return console;
}
