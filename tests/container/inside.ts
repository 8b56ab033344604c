// Runs in separate namespaces, in which a dockerd can't affect the machine. `build` builds
// the image in the machine's network without changing it; `test` runs the tests in a
// pretend one, see outer.ts.
import { buildImage } from "./build_image.ts";
import { startDaemon } from "./daemon.ts";

const env = Deno.env.toObject();
const place = { directory: env.DDSRV_DIRECTORY!, cgroup: env.DDSRV_CGROUP!, env };

async function test(files: readonly string[]): Promise<number> {
  await using _ = await startDaemon(place);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...files],
    stdin: "null",
  }).spawn().status;
  return code;
}

const [verb, ...args] = Deno.args;
Deno.exit(await (verb === "build" ? buildImage(place, { base: args[0]! }) : test(args)));
