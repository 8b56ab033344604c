import { join } from "node:path";

/** A function that loads a package by name. */
export interface Application {
  readonly name: string;
  readonly title: string;
  readonly code: string;
}

/** Functions with packages that take long to load. `PORT` is only set for a bare `deno run`. */
export const APPLICATIONS: readonly Application[] = [
  {
    name: "express",
    title: "Express",
    code: `import express from "npm:express@5";
const app = express();
app.use((_request, response) => void response.send("express"));
app.listen(Number(Deno.env.get("PORT") ?? 8000));
`,
  },
  {
    name: "fastify",
    title: "Fastify",
    code: `import fastify from "npm:fastify@5";
const app = fastify();
app.get("/*", () => "fastify");
await app.listen({ port: Number(Deno.env.get("PORT") ?? 8000), host: "0.0.0.0" });
`,
  },
  {
    name: "aws",
    title: "AWS's client for S3",
    code: `import { S3Client } from "npm:@aws-sdk/client-s3@3";
const client = new S3Client({ region: "eu-central-1" });
Deno.serve(() => new Response(typeof client.send));
`,
  },
];

/**
 * Writes the functions below `apps` of a directory and fetches their packages into a cache of each,
 * below `npm`. Needs the network. Prints nothing if that works.
 *
 * @throws {Error} if a package can't be fetched
 */
export async function prepareApplications(directory: string): Promise<void> {
  for (const { name, code } of APPLICATIONS) {
    const folder = join(directory, "apps", name);
    await Deno.mkdir(folder, { recursive: true });
    await Deno.writeTextFile(join(folder, "index.ts"), code);
    const { success } = await new Deno.Command(Deno.execPath(), {
      args: ["cache", "--quiet", "--no-config", "--no-lock", join(folder, "index.ts")],
      env: { DENO_DIR: join(directory, "npm", name), DENO_NO_UPDATE_CHECK: "1" },
      stdin: "null",
    }).spawn().status;
    if (!success) throw new Error(`Cannot fetch the packages of "${name}"`);
  }
  await Deno.writeTextFile(join(directory, PREPARED), "");
}

const PREPARED = "applications";

/** Returns true if {@linkcode prepareApplications} worked for this directory. */
export async function hasApplications(directory: string): Promise<boolean> {
  return await Deno.stat(join(directory, PREPARED)).then(() => true, () => false);
}

/** Directory that the benchmark prepared before it entered its network namespace. */
export function preparedDirectory(): string {
  return Deno.env.get("DDSRV_TEST_CACHE")!;
}
