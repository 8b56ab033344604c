import {
  SETTING_ENTRIES,
  SETTING_GROUPS,
  type SettingGroup,
} from "../../lib/config/setting_entries.ts";
import {
  describeDefault,
  flagOf,
  keyOf,
  manifestKeyOf,
  type ManifestRule,
  type Setting,
  variablesOf,
} from "../../lib/config/setting.ts";
import { GRANTS_EXAMPLE, SETTINGS_EXAMPLES } from "./settings_page.ts";
import { GENERATED_BY } from "./generated_by.ts";

const INTRODUCTION =
  `Flags win over environment variables, over \`ddsrv.json\` in the functions directory, over defaults.
The name of a setting is its key, and in kebab case its flag.

- A function's own \`ddsrv.json\`, its manifest, may have the keys whose scope is not "operator". The
  operator's value is the ceiling: a manifest may lower a number and narrow a permission, override what
  concerns the function alone, and add variables. [One function](#one-function) may get more.
- \`kill -HUP\` (or \`systemctl reload ddsrv\`) applies settings that say "reload"; functions whose policy
  has changed are replaced, and no others. ddsrv names the changes that need a restart.
- Durations are \`250ms\`, \`10s\`, \`15m\` or \`2h\`; sizes are \`64KiB\`, \`10MB\` or \`1GiB\`. A list is an array in
  \`ddsrv.json\`; in a variable, commas separate its values; a flag may also be repeated.
- \`ddsrv.json\` is JSON with comments and trailing commas. An unknown key, or a value that is not valid, is
  an error with file, line and column. For editors, \`ddsrv schema\` prints the JSON Schema.
- A variable that is empty counts as unset. One that is not valid is a warning, and is ignored.`;

const ONE_FUNCTION =
  `With \`functions\` in the functions directory's \`ddsrv.json\`, the operator sets every key of a manifest
for one function, or for all functions whose names match a pattern:`;

const ONE_FUNCTION_RULES =
  `- An entry wins over the flag, the variable and the key for all functions. It raises or lowers the
  ceiling and the default; the function's own manifest applies below it.
- \`*\` stands for any characters, or for none. For each key, the most specific entry wins: the exact
  name, then the pattern with the most other characters, then the later one.
- Permissions are merged one by one: \`img\` keeps all others as they are. Variables are added. An
  \`envFile\` is relative to the functions directory. A \`rateLimit\` is that of the function alone.
- If a manifest asks for more than it may have, the error has the entry that allows it. A manifest
  cannot have \`functions\`.
- \`kill -HUP\` applies changes, and only functions whose policy has changed are replaced. \`serve\` warns of
  entries that match no function. \`ddsrv inspect NAME\` shows each setting of a function, and where it
  comes from.`;

const HEADER = ["Key", "Flag", "Variable", "Default", "Scope", "Change", "Summary"];

const SCOPES: Readonly<Record<ManifestRule, string>> = {
  smaller: "function may lower it",
  subset: "function may narrow it",
  replaces: "function may override it",
  separate: "function has its own",
  adds: "function may add to it",
};

/** Returns the page of all settings, in Markdown as `deno fmt` writes it. */
export function configurationPage(): string {
  return [
    `<!-- ${GENERATED_BY} -->`,
    "# Configuration",
    INTRODUCTION,
    "In the functions directory:",
    fence(SETTINGS_EXAMPLES.directory),
    "In the directory of a function:",
    fence(SETTINGS_EXAMPLES.function),
    "## One function",
    ONE_FUNCTION,
    fence(GRANTS_EXAMPLE),
    ONE_FUNCTION_RULES,
    ...SETTING_GROUPS.flatMap(groupSection),
    "## Old names",
    "These names still work. If both are set, the new name wins.",
    table([["Old name", "Name"], ...SETTING_ENTRIES.flatMap(({ setting }) => oldNames(setting))]),
  ].join("\n\n") + "\n";
}

function groupSection({ title, entries }: SettingGroup): string[] {
  const settings = entries.map(({ setting }) => setting);
  const details = settings.filter((setting) => setting.details !== undefined)
    .map((setting) =>
      `- ${
        code(
          keyOf(setting) ?? manifestKeyOf(setting) ?? flagOf(setting) ?? variablesOf(setting)[0] ??
            "",
        )
      }: ${setting.details}`
    );
  return [
    `## ${title}`,
    table([HEADER, ...settings.map(row)]),
    ...(details.length === 0 ? [] : [details.join("\n")]),
  ];
}

function row(setting: Setting<unknown>): string[] {
  const { short, toggle, needsRestart, summary } = setting;
  const names = (...some: readonly (string | undefined)[]): string =>
    some.filter((name) => name !== undefined).map(code).join(", ");
  return [
    names(keyOf(setting) ?? manifestKeyOf(setting)),
    names(short, flagOf(setting)),
    names(...variablesOf(setting), toggle?.variable),
    code(describeDefault(setting) ?? ""),
    scopeOf(setting),
    needsRestart ? "restart" : "reload",
    summary,
  ];
}

function scopeOf(setting: Setting<unknown>): string {
  const { manifest, manifestName, setBy } = setting;
  if (manifest === undefined) return "operator";
  if (setBy === "manifest") return "function";
  const key = manifestName === undefined ? "" : ` with the key ${code(manifestName)}`;
  return SCOPES[manifest] + key;
}

function oldNames(setting: Setting<unknown>): string[][] {
  const { keys = [], flags = [], variables = [] } = setting.deprecated ?? {};
  return [
    ...keys.map((key) => [key, setting.name]),
    ...flags.map((flag) => [`--${flag}`, flagOf(setting) ?? ""]),
    ...variables.map((variable) => [variable, variablesOf(setting)[0] ?? ""]),
  ].map((names) => names.map(code));
}

function fence(text: string): string {
  return `\`\`\`jsonc\n${text}\n\`\`\``;
}

function code(text: string): string {
  return text === "" ? "" : `\`${text}\``;
}

/** A table whose columns are aligned; the first row is its header. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) =>
    Math.max(...rows.map((row) => row[column]!.length), 3)
  );
  const lines = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)));
  const rule = widths.map((width) => "-".repeat(width));
  return [lines[0]!, rule, ...lines.slice(1)].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
