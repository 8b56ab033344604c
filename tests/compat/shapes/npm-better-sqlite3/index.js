import Database from "better-sqlite3";

const database = new Database(":memory:");

Deno.serve(() => Response.json(database.prepare("SELECT 1 + 1 AS sum").get()));
