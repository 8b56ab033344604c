import { deepEqual, equal, match } from "node:assert/strict";
import { eventually, makeDirectory, type Server, startServer } from "./support/harness.ts";

/** A function that answers with its name and the path that it gets. */
function named(name: string): string {
  return `Deno.serve(({ url, headers }) =>
  new Response("${name} " + new URL(url).pathname + " " + headers.get("x-forwarded-prefix")));
`;
}

/** Sends a request with a chosen Host, which fetch does not allow; returns status and body. */
async function ask({ url }: Server, host: string, path: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port: Number(new URL(url).port) });
  await connection.write(new TextEncoder().encode(
    `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`,
  ));
  const text = await new Response(connection.readable).text();
  const [, status] = text.split(" ");
  return status === "200" ? text.slice(text.indexOf("\r\n\r\n") + 4) : status!;
}

Deno.test("serve gives a function its own domains, which no other function can take", async () => {
  const directory = await makeDirectory();
  const asking = (...hosts: string[]): string => JSON.stringify({ domains: hosts });
  const files = {
    "ddsrv.json": JSON.stringify({
      domains: ["*.shop.test", "Bücher.example"],
      domain: "example.org",
      functions: { plain: { domains: ["given.test"] }, none: { domains: ["none.test"] } },
    }),
    "shop/index.ts": named("shop"),
    "shop/ddsrv.json": asking("www.shop.test", "bücher.example"),
    "plain/index.ts": named("plain"),
    "greedy/index.ts": named("greedy"),
    "greedy/ddsrv.json": asking("other.test"),
  };
  {
    await using server = await startServer({ directory, files });
    await server.said("shop ready");
    await server.said("plain ready");
    await server.said("greedy failed");
    for (
      const [host, path, answer] of [
        ["www.shop.test", "/plain/a", "shop /plain/a null"],
        ["WWW.Shop.test.:8080", "/", "shop / null"],
        ["xn--bcher-kva.example", "/x", "shop /x null"],
        // Nobody has it, and it is no host for paths.
        ["free.shop.test", "/plain/a", "404"],
        ["shop.test", "/plain/a", "plain /a /plain"],
        ["given.test", "/shop", "plain /shop null"],
        ["none.test", "/shop", "404"],
        ["elsewhere", "/shop/a", "shop /a /shop"],
        ["shop.example.org", "/a", "shop /a null"],
      ] as const
    ) equal(await ask(server, host, path), answer, host);
    const { detail } = await server.inspect("greedy");
    match(
      detail!,
      /asks for the domain "other\.test", but the settings allow only "\*\.shop\.test", ".*"functions": \{ "greedy": \{ "domains"/,
    );

    // The new code of a function has its domains once it serves.
    await server.write({ "greedy/ddsrv.json": asking("www.shop.test", "greedy.shop.test") });
    await eventually(
      "the function's own domain",
      async () => await ask(server, "greedy.shop.test", "/") === "greedy / null",
    );
    equal(await ask(server, "www.shop.test", "/"), "shop / null");
    const { domains, problems } = await server.inspect("greedy");
    deepEqual(domains, ["greedy.shop.test"]);
    match(
      problems.join(),
      /does not serve www\.shop\.test, which is a domain of the function "shop"/,
    );
    const { stdout } = await server.cli("inspect", "shop");
    match(stdout, /^Domains: +www\.shop\.test, xn--bcher-kva\.example$/m);
  }
  // The name of the other function comes first, but a restart changes nothing.
  {
    await using server = await startServer({ directory });
    await server.said("greedy ready");
    await server.said("shop ready");
    equal(await ask(server, "www.shop.test", "/"), "shop / null");
    await Deno.remove(`${server.functions}/shop`, { recursive: true });
    await eventually(
      "the domain of a removed function",
      async () => await ask(server, "www.shop.test", "/") === "greedy / null",
    );
    await server.write({ "ddsrv.json": '{ "domains": ["greedy.shop.test"] }' });
    server.signal("SIGHUP");
    await server.said("Configuration reloaded");
    equal(await ask(server, "www.shop.test", "/greedy/a"), "greedy /a /greedy");
    equal(await ask(server, "greedy.shop.test", "/a"), "greedy /a null");
  }
  await Deno.remove(directory, { recursive: true });
});
