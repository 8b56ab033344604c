Deno.serve(() => {
  EdgeRuntime.waitUntil(Promise.resolve());
  return new Response("accepted", { status: 202 });
});
