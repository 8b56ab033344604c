// A counter in Deno KV: keeps its value over reloads and restarts.
//
//   curl http://localhost:9999/kv-counter
//
// The database is in the function's data directory, which ddsrv rm removes too.
const kv = await Deno.openKv();
const key = ["visits"];

Deno.serve(async () => {
  // Atomic: two requests at once count as two.
  await kv.atomic().sum(key, 1n).commit();
  const { value } = await kv.get<Deno.KvU64>(key);
  return new Response(`${value?.value}\n`);
});
