import { equal, match } from "node:assert/strict";
import { answering, eventually, startServer } from "./support/harness.ts";

/** More than the number of concurrent checks. */
const HANGING = 8;

Deno.test("check: silent or endless hosts do not delay other functions", async () => {
  const hanging = Array.from({ length: HANGING }, (_, index) => `/endless/${index}.ts`);
  const importing = (path: string): string =>
    `import "http://server.test${path}";\n${answering("never")}`;
  await using server = await startServer({
    isChecked: true,
    files: {
      ...Object.fromEntries(hanging.map((path, index) => [`a${index}/index.ts`, importing(path)])),
      "silent/index.ts": importing("/silent/a.ts"),
    },
    flags: ["--allow-import=server.test:80"],
  });
  await eventually("all hang", async () => {
    const asked = await (await fetch("http://server.test/asked")).text();
    return hanging.every((path) => asked.includes(path));
  });
  await server.write({ "new/index.ts": answering("well") });
  await server.answers("/new", "well");
  // Checks that hang end only after their timeout of ten minutes.
  for (let index = 0; index < HANGING; index++) {
    equal((await server.inspect(`a${index}`)).status, "checking");
  }
  await eventually("what says nothing is told as such", async () => {
    const { reason, detail } = await server.inspect("silent");
    return `${reason} ${detail}`.includes("Cannot fetch from server.test: sent nothing for 30 s");
  });
  match((await server.inspect("new")).status, /ready/);
});
