// A webhook: accepts a message only if the sender signed it with a shared secret.
//
//   openssl rand -hex 32 > secret.txt
//   ddsrv env set webhook WEBHOOK_SECRET < secret.txt
//   curl http://localhost:9999/webhook --data 'Hello' --header "x-signature: $(
//     printf Hello | openssl dgst -sha256 -hmac "$(cat secret.txt)" -r | cut -c 1-64)"
import { Buffer } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";

const secret = Deno.env.get("WEBHOOK_SECRET") ?? "";

Deno.serve(async (request) => {
  if (request.method !== "POST") {
    return new Response("Use POST\n", {
      status: 405,
      headers: { allow: "POST" },
    });
  }
  // Anybody can sign with an empty secret.
  if (secret === "") {
    return new Response("WEBHOOK_SECRET is not set\n", { status: 503 });
  }
  const body = await request.bytes();
  if (!isSigned(body, request.headers.get("x-signature") ?? "")) {
    return new Response("The signature is wrong\n", { status: 401 });
  }
  return new Response(`Accepted ${body.length} bytes\n`);
});

/** Checks a signature: an HMAC with SHA-256, in hexadecimal digits. */
function isSigned(body: Uint8Array, signature: string): boolean {
  const hmac = createHmac("sha256", secret).update(body);
  const expected = Buffer.from(hmac.digest("hex"));
  const given = Buffer.from(signature);
  // In constant time, so that nobody learns from it how much of a guess is right.
  return given.length === expected.length && timingSafeEqual(given, expected);
}
