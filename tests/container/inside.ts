// Runs in separate namespaces, in which a dockerd can't affect the machine. `build` builds
// the image in the machine's network without changing it; `test` runs the tests in a
// pretend one, see outer.ts.
import { importChanges } from "./base_image.ts";
import { COMMIT } from "./containers.ts";
import { docker, startDaemon } from "./daemon.ts";

/** The tested image, and the Dockerfile's base image. */
const IMAGES = { own: "dynamic-deno-server", base: `denoland/deno:debian-${Deno.version.deno}` };

const env = Deno.env.toObject();
const place = { directory: env.DDSRV_DIRECTORY!, cgroup: env.DDSRV_CGROUP!, env };

async function build(archive: string): Promise<number> {
  const untouched = ["--bridge", "none", "--iptables=false", "--ip-forward=false"];
  await using _ = await startDaemon(place, ...untouched);
  const steps = [
    ["import", ...importChanges(), archive, IMAGES.base],
    ["build", "--network", "host", "--build-arg", `COMMIT=${COMMIT}`, "--tag", IMAGES.own, "."],
  ];
  for (const step of steps) {
    const { success, text } = await docker(step, { env: { DOCKER_BUILDKIT: "1" } });
    if (success) continue;
    say(`"docker ${step.join(" ")}" failed:\n${text}`);
    return 1;
  }
  say((await docker(["image", "ls", "--format", "{{.Repository}}:{{.Tag}} {{.Size}}"])).text);
  return 0;
}

async function test(files: readonly string[]): Promise<number> {
  await using _ = await startDaemon(place);
  const { code } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...files],
    stdin: "null",
  }).spawn().status;
  return code;
}

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text.trimEnd()}\n`));
}

const [verb, ...args] = Deno.args;
Deno.exit(await (verb === "build" ? build(args[0]!) : test(args)));
