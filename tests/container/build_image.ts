import { importChanges } from "./base_image.ts";
import { COMMIT } from "./containers.ts";
import { docker, type Place, startDaemon } from "./daemon.ts";

/** The tested image, and the Dockerfile's base image. */
export const IMAGES = {
  own: "dynamic-deno-server",
  base: `denoland/deno:debian-${Deno.version.deno}`,
} as const;

/** Options of {@linkcode buildImage}. */
export interface BuildOptions {
  /** Path of the archive of the base image. */
  readonly base: string;
  /** Path of an archive to write the image to. */
  readonly archive?: string;
}

/**
 * Builds the image with a daemon that does not change the machine's network; returns the exit code,
 * and prints why if it fails.
 */
export async function buildImage(
  place: Place,
  { base, archive }: BuildOptions,
): Promise<number> {
  const untouched = ["--bridge", "none", "--iptables=false", "--ip-forward=false"];
  await using _ = await startDaemon(place, ...untouched);
  const steps = [
    ["import", ...importChanges(), base, IMAGES.base],
    ["build", "--network", "host", "--build-arg", `COMMIT=${COMMIT}`, "--tag", IMAGES.own, "."],
    ...archive === undefined ? [] : [["save", "--output", archive, IMAGES.own]],
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

function say(text: string): void {
  Deno.stdout.writeSync(new TextEncoder().encode(`${text.trimEnd()}\n`));
}
