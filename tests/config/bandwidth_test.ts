import assert from "node:assert/strict";
import { formatBandwidth, parseBandwidth } from "../../lib/config/bandwidth.ts";

const valid: readonly [text: string, bits: number, written?: string][] = [
  ["64kbit", 64_000],
  ["64000bit", 64_000, "64kbit"],
  ["50mbit", 50_000_000],
  ["1.5mbit", 1_500_000, "1500kbit"],
  ["1000gbit", 1_000_000_000_000],
  ["none", Infinity],
];

for (const [text, bits, written = text] of valid) {
  Deno.test(`parseBandwidth() reads "${text}" as ${bits} bits a second`, () => {
    assert.equal(parseBandwidth(text), bits);
    assert.equal(formatBandwidth(bits), written);
  });
}

for (const text of ["", "50", "50MB", "50mbps", "50 mbit", "-1mbit", "Infinity", "50mbit\n"]) {
  Deno.test(`parseBandwidth() refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => parseBandwidth(text), { name: "SyntaxError" });
  });
}

for (const text of ["0bit", "63kbit", "1001gbit"]) {
  Deno.test(`parseBandwidth() refuses ${text}, which is out of bounds`, () => {
    assert.throws(() => parseBandwidth(text), { name: "RangeError" });
  });
}
