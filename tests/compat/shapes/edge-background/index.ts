const log: string[] = [];

async function work() {
  await Promise.resolve();
  log.push("done");
}

Deno.serve(async () => {
  // @ts-ignore: only the edge runtime has it
  const runtime = globalThis.EdgeRuntime;
  if (runtime) runtime.waitUntil(work());
  else await work();
  return Response.json({ log });
});
