import { fileURLToPath } from "node:url";
import { temporaryDirectory } from "../temporary_directory.ts";
import { run } from "./files.ts";

/** The fields that all manifests have. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Types of one version of Kubernetes. */
interface PublishedTypes {
  /** Module with `Kinds`; it may have `validate`. */
  readonly kinds: string;
  readonly config: string;
  readonly hasValidate: boolean;
}

/**
 * The oldest version that docs/deployment.md names, and the newest whose schemas npm has. The
 * packages of the newest are not in the lock file of the checkout, because Deno would load all of it
 * into caches and images.
 */
export const VERSIONS = {
  "1.30": { kinds: "kinds.ts", config: "../../deno.json", hasValidate: false },
  "1.36": {
    kinds: "../fixtures/kubernetes/kinds.ts",
    config: "../fixtures/kubernetes/deno.json",
    hasValidate: true,
  },
} as const satisfies Readonly<Record<string, PublishedTypes>>;

/** A version of {@linkcode VERSIONS}. */
export type KubernetesVersion = keyof typeof VERSIONS;

/**
 * Returns the errors of manifests by the types that Kubernetes publishes: unknown fields, missing
 * fields and wrong types, and where there are schemas also wrong formats. Deno checks a module with
 * the manifests as literals. Empty if valid.
 */
export async function findFaults(
  manifests: readonly Manifest[],
  version: KubernetesVersion,
): Promise<string> {
  const { kinds, config, hasValidate } = VERSIONS[version];
  const pathOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
  const lines = manifests.map((manifest, index) => {
    const name = JSON.stringify(`${manifest.apiVersion} ${manifest.kind}`);
    const literal = JSON.stringify(manifest);
    return `export const manifest${index}: Kinds[${name}] = ${literal};\n` +
      (hasValidate ? `validate(${name}, manifest${index});\n` : "");
  });
  await using directory = await temporaryDirectory();
  const imported = hasValidate ? "type Kinds, validate" : "type Kinds";
  const text = `import { ${imported} } from ${JSON.stringify(pathOf(kinds))};\n${lines.join("")}`;
  await directory.write("manifests.ts", text);
  const checked = await run(
    Deno.execPath(),
    ...["run", "--check", "--quiet", "--no-prompt", "--config", pathOf(config)],
    directory.at("manifests.ts"),
  );
  return checked.success ? "" : checked.text;
}

/** Returns the errors of manifests by the types of all versions. */
export async function findAllFaults(manifests: readonly Manifest[]): Promise<string> {
  const versions = Object.keys(VERSIONS) as KubernetesVersion[];
  const faults = await Promise.all(versions.map((version) => findFaults(manifests, version)));
  return faults.map((fault, index) => fault === "" ? "" : `${versions[index]}: ${fault}`).join("");
}
