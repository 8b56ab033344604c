import { jsonSchema, type SchemaKind } from "../../lib/config/json_schema.ts";
import { GENERATED_BY } from "./generated_by.ts";
import { manHead } from "./man_head.ts";
import { describeType, type Property } from "./property_type.ts";
import { literalBlock, macroText, section, tagList, textLines, toSentence } from "./mdoc.ts";

/** Examples of both files, as the page shows them. */
export const SETTINGS_EXAMPLES: Readonly<Record<SchemaKind, string>> = {
  directory: `{
  // Functions ask these hosts and nobody else.
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

/** The page of \`ddsrv.json\` in section 5, in the language mdoc(7). */
export function settingsPage(release: string): string {
  const own = Object.keys(propertiesOf("function"));
  const all = Object.entries(propertiesOf("directory"));
  const lines = [
    `.\\" ${GENERATED_BY}`,
    ...manHead({ name: "ddsrv.json", section: 5, release }),
    ...section("NAME", [
      ".Nm ddsrv.json",
      `.Nd ${macroText("settings of ddsrv and of its functions")}`,
    ]),
    ...section("DESCRIPTION", DESCRIPTION),
    ".Ss Of functions",
    ...textLines(
      "These keys may stand in both files. In a function's own, what is left out is as the " +
        "functions directory's says, and defaults are those of the latter.",
    ),
    ...keys(all.filter(([name]) => own.includes(name))),
    ".Ss Of the functions directory",
    ...keys(all.filter(([name]) => !own.includes(name))),
    ...section(
      "FILES",
      tagList([
        ["Pa DIRECTORY/ddsrv.json", textLines("Of the functions directory, the operator's.")],
        ["Pa DIRECTORY/NAME/ddsrv.json", textLines("Of one function, its manifest.")],
      ]),
    ),
    ...section("EXAMPLES", [
      ...textLines("In the functions directory:"),
      ...literalBlock(SETTINGS_EXAMPLES.directory),
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
    "A file of this name in the functions directory says how the server runs, and what any " +
      "function may ask for at most. Flags and variables of the environment win over it. " +
      "A function's own, its manifest, may ask for less, never for more.",
  ),
  ".Pp",
  ...textLines(
    "It is JSON, in which comments and commas at the end are allowed. An unknown key, or a value " +
      "that does not fit, is an error with its line and column. The server takes up changes of " +
      "its own file when it gets SIGHUP, and those of a manifest by itself.",
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

/** As JSON that may be broken into lines. */
function formatValue(value: unknown): string {
  return JSON.stringify(value, null, 1).replace(/\n */g, " ");
}
