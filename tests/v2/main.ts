// Runs the tests of control groups on a kernel with version 2, in an emulated machine, because most
// development hosts have version 1 controllers only.
import { join } from "node:path";
import { writeImage } from "./image.ts";
import { fetchKernel, installEmulator, runMachine } from "./machine.ts";

/** Cache that is kept between runs. */
const CACHE = join(Deno.env.get("DDSRV_TEST_CACHE_DIRECTORY") ?? "/var/cache/ddsrv-test", "v2");

/** Without hardware virtualization, everything takes about thirty times as long. */
const TIMEOUT_MS = 15 * 60_000;

const TESTS = ["control_groups", "cgroup_cpu_time", "weights", "memory"].map((name) =>
  `tests/sandbox/${name}_test.ts`
);

/** Returns the exit code. */
async function main(): Promise<number> {
  if (Deno.build.arch !== "x86_64") return skip("the emulated machine is an x86-64 one");
  let kernel: string;
  try {
    await installEmulator();
    kernel = await fetchKernel(CACHE);
  } catch (error) {
    return skip(`qemu and a kernel can't be had: ${(error as Error).message}`);
  }
  const directory = await Deno.makeTempDir({ prefix: "ddsrv-v2-" });
  try {
    const image = join(directory, "image");
    await writeImage(image, TESTS);
    const output = await runMachine({ kernel, image, timeoutMs: TIMEOUT_MS });
    const [, result = "1"] = /^RESULT (\d+)/m.exec(output) ?? [];
    return Number(result);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function skip(reason: string): number {
  Deno.stdout.writeSync(
    new TextEncoder().encode(`Skipped: version 2 is not tested, for ${reason}\n`),
  );
  return 0;
}

Deno.exit(await main());
