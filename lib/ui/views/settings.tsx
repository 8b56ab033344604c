/** @jsxImportSource hono/jsx */
import type { JSX } from "hono/jsx/jsx-runtime";
import type { SettingReport, VariableReport } from "../../control/api.ts";
import { describeOrigin } from "../../control/describe_origin.ts";
import { NOTHING } from "../format.ts";
import { plainLines } from "../log_text.ts";

/** The settings of a function and where each value comes from. */
export function SettingTable(
  { settings }: { readonly settings: readonly SettingReport[] },
): JSX.Element {
  return (
    <table class="list compact">
      <caption class="hidden">Settings with their values and sources</caption>
      <thead>
        <tr>
          <th scope="col">Setting</th>
          <th scope="col">Value</th>
          <th scope="col">From</th>
        </tr>
      </thead>
      <tbody>
        {settings.map((setting) => (
          <tr>
            <th scope="row">{setting.key}</th>
            <td class="value">{plainLines(describeValue(setting.value))}</td>
            <td>{plainLines(describeOrigin(setting))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The names of a function's variables; the page never gets their values. */
export function VariableTable(
  { variables }: { readonly variables: readonly VariableReport[] },
): JSX.Element {
  return (
    <table class="list compact">
      <caption class="hidden">Names of variables and their sources; values are not shown</caption>
      <thead>
        <tr>
          <th scope="col">Name</th>
          <th scope="col">From</th>
        </tr>
      </thead>
      <tbody>
        {variables.map(({ name, source, overrides }) => (
          <tr>
            <th scope="row">{name}</th>
            <td>
              {SOURCE_LABELS[source]}
              {overrides.length > 0 && (
                <span class="why">
                  instead of: {overrides.map((one) => SOURCE_LABELS[one]).join(", ")}
                </span>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const SOURCE_LABELS: Readonly<Record<VariableReport["source"], string>> = {
  kv: "kvUrl of the functions directory",
  settingsEnvFile: "envFile of the functions directory",
  settings: "ddsrv.json of the functions directory",
  functionsEnvFile: 'envFile in "functions"',
  functions: 'an entry of "functions"',
  dotEnv: "its .env",
  manifestEnvFile: "envFile of its ddsrv.json",
  manifest: "its ddsrv.json",
  set: "ddsrv env",
};

function describeValue(value: unknown): string {
  if (value === null) return NOTHING;
  if (Array.isArray(value)) return value.map(describeValue).join(", ") || "none";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
