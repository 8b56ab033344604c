import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../temporary_directory.ts";
import { run } from "./files.ts";

/** The fields that all manifests have. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/**
 * Returns the errors of manifests by the types that Kubernetes publishes: unknown fields, missing
 * fields and wrong types. Deno type-checks a module with the manifests as literals. Empty if valid.
 */
export async function findFaults(manifests: readonly Manifest[]): Promise<string> {
  const kinds = new URL("kinds.ts", import.meta.url).href;
  const lines = manifests.map((manifest, index) => {
    const name = JSON.stringify(`${manifest.apiVersion} ${manifest.kind}`);
    return `export const manifest${index}: Kinds[${name}] = ${JSON.stringify(manifest)};\n`;
  });
  await using directory = await temporaryDirectory();
  const text = `import type { Kinds } from ${JSON.stringify(kinds)};\n${lines.join("")}`;
  await directory.write("manifests.ts", text);
  const config = fileURLToPath(new URL("../../deno.json", import.meta.url));
  const checked = await run(
    Deno.execPath(),
    ...["check", "--quiet", "--config", config, directory.at("manifests.ts")],
  );
  return checked.success ? "" : checked.text;
}
