/** Sources of a function's variables; later ones win. */
export const VARIABLE_SOURCES = [
  "kv",
  "settingsEnvFile",
  "settings",
  "functionsEnvFile",
  "functions",
  "dotEnv",
  "manifestEnvFile",
  "manifest",
  "set",
] as const;

/**
 * One of {@linkcode VARIABLE_SOURCES}; `kv` is the setting `kvUrl`, `functions` an entry of that key,
 * `set` is `ddsrv env`.
 */
export type VariableSource = typeof VARIABLE_SOURCES[number];

/** Variables of one source. */
export interface VariableLayer {
  readonly source: VariableSource;
  readonly env: Readonly<Record<string, string>>;
}

/** Source of a variable's value, and the sources that it overrides. */
export interface VariableOrigin {
  readonly name: string;
  readonly source: VariableSource;
  /** In the order of {@linkcode VARIABLE_SOURCES}. */
  readonly overrides: readonly VariableSource[];
}

/** Merges layers; later ones win. */
export function mergeLayers(layers: readonly VariableLayer[]): Record<string, string> {
  return Object.fromEntries(layers.flatMap(({ env }) => Object.entries(env)));
}

/**
 * Returns the source of each variable, sorted by name, without values.
 *
 * @example
 * ```ts
 * import { originsOf } from "./variable_layers.ts";
 * const layers = [{ source: "dotEnv", env: { A: "1" } }, { source: "set", env: { A: "2" } }] as const;
 * originsOf(layers); // [{ name: "A", source: "set", overrides: ["dotEnv"] }]
 * ```
 */
export function originsOf(layers: readonly VariableLayer[]): VariableOrigin[] {
  const sources = new Map<string, VariableSource[]>();
  for (const { source, env } of layers) {
    for (const name of Object.keys(env)) {
      sources.set(name, [...sources.get(name) ?? [], source]);
    }
  }
  return [...sources].map(([name, all]) => ({
    name,
    source: all.at(-1)!,
    overrides: all.slice(0, -1),
  })).sort((a, b) => a.name < b.name ? -1 : 1);
}
