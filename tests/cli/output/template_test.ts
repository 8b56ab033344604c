import { equal, throws } from "node:assert/strict";
import { parseTemplate } from "../../../cli/output/template.ts";

const values = {
  name: "shop",
  pid: null,
  kept: ["a", "b"],
  requests: 0,
  reason: "\x1b[2Jbad\nend",
};
const keys = [...Object.keys(values), "missing"];

const cases: readonly [template: string, text: string][] = [
  ["", ""],
  ["no placeholder", "no placeholder"],
  ["{{name}}", "shop"],
  ["{{ name }}{{name}}", "shopshop"],
  ["{{\tname\t}}!", "shop!"],
  ["{{name}}\\t{{requests}}\\n", "shop\t0\n"],
  ["\\\\t{{name}}", "\\tshop"],
  ["\\x{{name}}\\", "\\xshop\\"],
  ["[{{pid}}] [{{missing}}]", "[] []"],
  ["{{kept}}", "a,b"],
  ["{name} {{name", "{name} {{name"],
  ["{ {name}} }}", "{ {name}} }}"],
  ["{{reason}}", "\\x1b[2Jbad\\x0aend"],
];

for (const [template, text] of cases) {
  Deno.test(`parseTemplate: ${JSON.stringify(template)}`, () => {
    equal(parseTemplate(template, keys)(values), text);
  });
}

const refused: readonly [template: string, message: RegExp][] = [
  ["{{nam}}", /^Unknown key "nam"\. Did you mean "name"\?$/],
  ["{{.Name}}", /^Unknown key "\.Name"\. Did you mean "name"\?$/],
  ["{{}}", /^Unknown key ""\. Use one of name, pid, kept, /],
  ["{{name}} {{constructor}}", /^Unknown key "constructor"\. Use one of name, /],
  ["{{{name}}}", /^Unknown key "\{name"\./],
];

for (const [template, message] of refused) {
  Deno.test(`parseTemplate: refuses ${JSON.stringify(template)}`, () => {
    throws(() => parseTemplate(template, keys), (error) => {
      return error instanceof SyntaxError && message.test(error.message);
    });
  });
}
