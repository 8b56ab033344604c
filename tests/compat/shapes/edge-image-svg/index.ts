Deno.serve((req) => {
  const label = new URL(req.url).searchParams.get("label") ?? "build";
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20">
  <text x="5" y="14">${label.replace(/[<&]/g, "")}</text>
</svg>`;
  return new Response(svg, {
    headers: { "Content-Type": "image/svg+xml", "Cache-Control": "public, max-age=3600" },
  });
});
