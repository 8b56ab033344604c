// A manifest: ddsrv.json limits what a function uses and which hosts it reaches.
//
//   curl http://localhost:9999/manifest
//
// With an upstream that is not in its egress list, it answers 502:
//
//   echo https://example.org/ | ddsrv env set manifest UPSTREAM
//   curl http://localhost:9999/manifest
const upstream = Deno.env.get("UPSTREAM") ?? "";

Deno.serve(async () => {
  try {
    const response = await fetch(upstream);
    await response.body?.cancel();
    return new Response(`${upstream} answers ${response.status}\n`);
  } catch (error) {
    // For the operator: ddsrv logs manifest
    console.error(error);
    return new Response(`Cannot reach ${upstream}\n`, { status: 502 });
  }
});
