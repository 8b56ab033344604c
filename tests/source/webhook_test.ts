import { equal, throws } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { isSigned, parseSecret } from "../../lib/source/webhook.ts";
import { streamOf } from "../function/tar/archive.ts";

const SECRET = "0123456789abcdef";

Deno.test("isSigned() accepts only the HMAC of the whole body", async () => {
  const body = new TextEncoder().encode('{"ref":"refs/heads/main"}');
  const hex = createHmac("sha256", SECRET).update(body).digest("hex");
  const ask = (signature: string | undefined, secret = SECRET, bytes = body): Promise<boolean> =>
    isSigned(streamOf(bytes, 5), { signature, secret });
  equal(await ask(`sha256=${hex}`), true);
  equal(await ask(`sha256=${hex.toUpperCase()}`), true);
  equal(await ask(`sha256=${hex}`, "another secret of them"), false);
  equal(await ask(`sha256=${hex}`, SECRET, body.slice(1)), false);
  equal(await ask(`sha256=${"0".repeat(64)}`), false);
  for (const wrong of [undefined, "", "sha256=", hex, `sha1=${hex}`, `sha256=${hex}0`]) {
    equal(await ask(wrong), false, String(wrong));
  }
});

Deno.test("isSigned() reads no body for a signature of another form", async () => {
  const body = streamOf(new Uint8Array(10), 5);
  equal(await isSigned(body, { signature: "sha256=x", secret: SECRET }), false);
  equal((await body.getReader().read()).value?.length, 5);
});

Deno.test("parseSecret() takes the first line, and refuses a short one", () => {
  equal(parseSecret(`${SECRET}\nmore`), SECRET);
  for (const text of ["", "short", "\n0123456789abcdef"]) {
    throws(() => parseSecret(text), RangeError);
  }
});
