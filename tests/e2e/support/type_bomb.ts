import { answering } from "./harness.ts";

/**
 * Returns a function whose type check takes about 3 s on a free core and a hundred megabytes for each
 * of its types.
 */
export function typeBomb(types: number): string {
  const digits = Array.from("0123456789", (digit) => `"${digit}"`).join(" | ");
  const heavy = Array.from({ length: types }, (_, index) =>
    `type T${index} = {
  [K in W]: { readonly [J in \`${index}\${K}\${D}\`]: J };
}[W];
export const c${index} = (x: T${index}): keyof T${index} => x as never;
`);
  return `type D = ${digits};\ntype W = \`\${D}\${D}\${D}\${D}\`;\n${heavy.join("")}${
    answering("defused")
  }`;
}
