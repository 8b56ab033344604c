// Builds the npm package for npm pack and npm publish: into dist/, or into the directory named.
import { resolve } from "node:path";
import { buildPackage } from "./build.ts";

await buildPackage(resolve(Deno.args[0] ?? new URL("../dist", import.meta.url).pathname));
