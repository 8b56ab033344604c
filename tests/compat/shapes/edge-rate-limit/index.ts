const seen = new Map<string, number>();

Deno.serve((req) => {
  const key = req.headers.get("apikey") ?? "anonymous";
  const count = (seen.get(key) ?? 0) + 1;
  seen.set(key, count);
  const headers = { "X-RateLimit-Remaining": String(Math.max(0, 2 - count)) };
  if (count > 2) return new Response("slow down", { status: 429, headers });
  return new Response("ok", { headers });
});
