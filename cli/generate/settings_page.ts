import { FUNCTION_KEYS } from "../../lib/config/file_schema.ts";
import { jsonSchema, type SchemaKind } from "../../lib/config/json_schema.ts";
import { keyOf } from "../../lib/config/setting.ts";
import { GENERATED_BY } from "./generated_by.ts";
import { manHead } from "./man_head.ts";
import { describeType, type Property } from "./property_type.ts";
import { literalBlock, macroText, section, tagList, textLines, toSentence } from "./mdoc.ts";

/** Examples of both files. */
export const SETTINGS_EXAMPLES: Readonly<Record<SchemaKind, string>> = {
  directory: `{
  // Functions may connect to these destinations only.
  "egress": ["api.example.com:443", "10.20.0.0/16"],
  "memory": "256MiB",
  "idle": "15m",
  "port": 8080,
  "trustedProxies": ["127.0.0.1"],
  "maxBodySize": "10MiB"
}`,
  function: `{
  "egress": ["api.example.com:443"],
  "permissions": { "write": false, "sys": false },
  "env": { "GREETING": "hello" },
  "cpu": 0.5
}`,
};

/** Example of settings of single functions, in the functions directory's file. */
export const GRANTS_EXAMPLE = `{
  "memory": "256MiB",
  "functions": {
    "img": {
      "permissions": { "ffi": true }, // sharp loads native code
      "memory": "2GiB",
      "startTimeout": "2m"
    },
    "api-*": { "egress": ["db.internal:5432"], "env": { "DB": "db.internal" } },
    "legacy": { "check": "graph" }
  }
}`;

/** Returns the man page ddsrv.json(5), in the language mdoc(7). */
export function settingsPage(release: string): string {
  const own = Object.entries(propertiesOf("function"));
  const all = Object.entries(propertiesOf("directory"));
  const shared = [
    "$schema",
    ...FUNCTION_KEYS.filter(({ key, entry }) => key === keyOf(entry.setting)).map(({ key }) => key),
  ];
  const lines = [
    `.\\" ${GENERATED_BY}`,
    ...manHead({ name: "ddsrv.json", section: 5, release }),
    ...section("NAME", [
      ".Nm ddsrv.json",
      `.Nd ${macroText("settings of ddsrv and of its functions")}`,
    ]),
    ...section("DESCRIPTION", DESCRIPTION),
    ".Ss Settings of functions",
    ...textLines(
      "Both files may have these keys. A key that a function's file leaves out has the value of " +
        "the functions directory's file, or its default.",
    ),
    ...keys(all.filter(([name]) => shared.includes(name))),
    ".Ss Settings of one function",
    ...textLines("Only a function's file, and entries of functions, may have these keys."),
    ...keys(own.filter(([name]) => !shared.includes(name))),
    ".Ss Settings of the server",
    ...textLines("Only the functions directory's file may have these keys."),
    ...keys(all.filter(([name]) => !shared.includes(name))),
    ...section(
      "FILES",
      tagList([
        ["Pa DIRECTORY/ddsrv.json", textLines("The operator's file in the functions directory.")],
        ["Pa DIRECTORY/NAME/ddsrv.json", textLines("The manifest of a function.")],
      ]),
    ),
    ...section("EXAMPLES", [
      ...textLines("In the functions directory:"),
      ...literalBlock(SETTINGS_EXAMPLES.directory),
      ".Pp",
      ...textLines("In the functions directory, with settings of single functions:"),
      ...literalBlock(GRANTS_EXAMPLE),
      ".Pp",
      ...textLines("In the directory of a function:"),
      ...literalBlock(SETTINGS_EXAMPLES.function),
    ]),
    ...section("SEE ALSO", [
      ".Xr ddsrv 1 ,",
      ".Xr ddsrv-check 1 ,",
      ".Xr ddsrv-schema 1 ,",
      ".Xr ddsrv-serve 1",
    ]),
  ];
  return `${lines.join("\n")}\n`;
}

const DESCRIPTION: readonly string[] = [
  ...textLines(
    "The file of this name in the functions directory configures the server, and limits what " +
      "functions may ask for. Flags and environment variables win over it. " +
      "A function's own file, its manifest, may ask for less, never for more. The key functions " +
      "grants more to single functions.",
  ),
  ".Pp",
  ...textLines(
    "It is JSON with comments and trailing commas. An unknown key, or a value that is not valid, " +
      "is an error with its line and column. The server applies changes of its own file when it " +
      "gets SIGHUP, and changes of a manifest automatically.",
  ),
  ".Pp",
  ...textLines(
    "Durations are written as 250ms, 10s, 15m or 2h; sizes as 64KiB, 256MiB or 1GiB.",
  ),
];

function propertiesOf(kind: SchemaKind): Readonly<Record<string, Property>> {
  const properties = Object.entries(jsonSchema(kind).properties as Record<string, Property>);
  return Object.fromEntries(properties.filter(([, property]) => !property.deprecated));
}

function keys(properties: readonly (readonly [string, Property])[]): string[] {
  return tagList(properties.map(([name, property]) => [`Cm ${macroText(name)}`, [
    ...textLines(toSentence(property.description ?? "")),
    ...textLines(`Type: ${describeType(property)}.`),
    ...(property.default === undefined
      ? []
      : textLines(`Default: ${formatValue(property.default)}.`)),
  ]]));
}

/** Formats a value as JSON that may be broken into lines. */
function formatValue(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/\n */g, " ");
}
