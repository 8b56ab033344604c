// Builds the npm package for npm pack and npm publish, in dist/ or in the named directory.
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPackage } from "./build.ts";

await buildPackage(resolve(Deno.args[0] ?? fileURLToPath(new URL("../dist", import.meta.url))));
