import pg from "npm:pg@8.13.1";

const client = new pg.Client("postgres://postgres@neighbour.test/postgres");
await client.connect();

Deno.serve(() => new Response("connected"));
