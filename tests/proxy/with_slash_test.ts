import assert from "node:assert/strict";
import { withSlash } from "../../lib/proxy/with_slash.ts";

const cases: readonly [target: string, prefix: string, location: string | undefined][] = [
  ["/site", "/site", "./site/"],
  ["/site?a=/b", "/site", "./site/?a=/b"],
  ["/site/", "/site", undefined],
  ["/site/a", "/site", undefined],
  ["/a:b", "/a:b", "./a:b/"],
  ["/", "", undefined],
  ["", "", undefined],
];

for (const [target, rawPrefix, location] of cases) {
  Deno.test(`withSlash() of ${JSON.stringify(target)} below "${rawPrefix}"`, () => {
    const bytes = Uint8Array.from(target, (char) => char.charCodeAt(0));
    const head = { bytes, targetEnd: bytes.length };
    const found = withSlash(head, { rawPrefix, restStart: rawPrefix.length });
    assert.equal(found, location);
  });
}
