import type { SettingReport } from "../../lib/control/api.ts";
import { describeOrigin } from "../../lib/control/describe_origin.ts";
import { formatTable } from "./table.ts";
import { makeVisible } from "./visible.ts";

/** Formats the settings of a function as a table of keys, values and origins. */
export function formatSettings(settings: readonly SettingReport[]): string {
  return formatTable<SettingReport>([
    { title: "SETTING", cell: ({ key }) => key },
    { title: "VALUE", cell: ({ value }) => makeVisible(describeValue(value)) },
    { title: "FROM", cell: (setting) => makeVisible(describeOrigin(setting)) },
  ], settings);
}

function describeValue(value: unknown): string {
  if (value === null) return "-";
  if (Array.isArray(value)) return value.map(describeValue).join(", ") || "[]";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
