Deno.serve(() =>
  Response.json({
    plain: Deno.env.get("PLAIN"),
    expanded: Deno.env.get("EXPANDED"),
    single: Deno.env.get("SINGLE"),
    lines: Deno.env.get("LINES"),
    exported: Deno.env.get("EXPORTED"),
    comment: Deno.env.get("COMMENT"),
  })
);
