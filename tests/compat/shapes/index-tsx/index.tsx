import { renderToString } from "preact-render-to-string";

function Page({ name }: { name: string }) {
  return <html><body><h1>Hello {name}</h1></body></html>;
}

Deno.serve((request) => {
  const name = new URL(request.url).searchParams.get("name") ?? "world";
  return new Response(`<!doctype html>${renderToString(<Page name={name} />)}`, {
    headers: { "content-type": "text/html" },
  });
});
