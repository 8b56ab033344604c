const key: string = Deno.env.get("SIGNING_KEY");

Deno.serve(async () => {
  const bytes = new TextEncoder().encode(key);
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return new Response(Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join(""));
});
