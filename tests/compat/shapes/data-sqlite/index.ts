import { DatabaseSync } from "node:sqlite";

const database = new DatabaseSync("app.db");
database.exec("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT)");

Deno.serve(async (request) => {
  if (request.method === "POST") {
    database.prepare("INSERT INTO notes (text) VALUES (?)").run(await request.text());
    return new Response(null, { status: 204 });
  }
  return Response.json(database.prepare("SELECT id, text FROM notes").all());
});
