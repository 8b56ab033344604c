const encoder = new TextEncoder();
const key = await crypto.subtle.importKey(
  "raw",
  encoder.encode(Deno.env.get("WEBHOOK_SECRET")!),
  { name: "HMAC", hash: "SHA-256" },
  false,
  ["verify"],
);

function fromHex(hex: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array((hex.match(/../g) ?? []).map((byte) => parseInt(byte, 16)));
}

Deno.serve(async (req) => {
  const signature = fromHex(req.headers.get("x-signature") ?? "");
  const body = await req.text();
  const isValid = await crypto.subtle.verify("HMAC", key, signature, encoder.encode(body));
  if (!isValid) return new Response("bad signature", { status: 400 });
  return Response.json({ received: JSON.parse(body).type });
});
