import settings from "./settings.json" with { type: "json" };

const template = await Deno.readTextFile(new URL("./page.html", import.meta.url));

Deno.serve(() =>
  new Response(template.replace("{{title}}", settings.title), {
    headers: { "content-type": "text/html; charset=utf-8" },
  })
);
