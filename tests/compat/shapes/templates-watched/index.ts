import nunjucks from "npm:nunjucks@3.2.4";

const page = nunjucks.compile(await Deno.readTextFile("templates/page.njk"));

Deno.serve((request) => {
  const name = new URL(request.url).searchParams.get("name") ?? "you";
  return new Response(page.render({ name }), { headers: { "content-type": "text/html" } });
});
