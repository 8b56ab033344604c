import type { VariableReport } from "../../lib/control/api.ts";
import type { VariableSource } from "../../lib/function/variable_layers.ts";
import { formatTable } from "./table.ts";
import { makeVisible } from "./visible.ts";

/** Names of the sources for people. */
const WORDS: Readonly<Record<VariableSource, string>> = {
  kv: "operator's KV server",
  settingsEnvFile: "operator's env file",
  settings: "operator's settings",
  functionsEnvFile: "operator's env file for it",
  functions: "operator's settings for it",
  dotEnv: ".env",
  manifestEnvFile: "manifest's env file",
  manifest: "manifest",
  set: "ddsrv env",
};

/** Formats variables as a table of names and sources, without values. */
export function formatVariables(variables: readonly VariableReport[]): string {
  return formatTable<VariableReport>([
    { title: "VARIABLE", cell: ({ name }) => makeVisible(name) },
    { title: "FROM", cell: ({ source }) => WORDS[source] },
    { title: "SET", cell: ({ setAt }) => setAt ?? "-" },
    {
      title: "OVERRIDES",
      cell: ({ overrides }) => overrides.map((one) => WORDS[one]).join(", ") || "-",
    },
  ], variables);
}
