import assert from "node:assert/strict";
import { givenPath } from "../../lib/dev/given_path.ts";

const DIRECTORIES = [
  { given: "/tmp/f/shop", real: "/home/ann/shop" },
  { given: "/tmp/f", real: "/private/tmp/f" },
];

const paths: readonly [path: string, given: string][] = [
  ["/tmp/f/shop/index.ts", "/tmp/f/shop/index.ts"],
  ["/home/ann/shop/index.ts", "/tmp/f/shop/index.ts"],
  ["/home/ann/shop", "/tmp/f/shop"],
  ["/private/tmp/f/_shared/a.ts", "/tmp/f/_shared/a.ts"],
  ["/home/ann/shops/index.ts", "/home/ann/shops/index.ts"],
];

for (const [path, given] of paths) {
  Deno.test(`givenPath(${path})`, () => assert.equal(givenPath(path, DIRECTORIES), given));
}
