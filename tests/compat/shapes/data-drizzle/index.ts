import { drizzle } from "npm:drizzle-orm@0.38.3/postgres-js";
import { integer, pgTable, text } from "npm:drizzle-orm@0.38.3/pg-core";
import { gt } from "npm:drizzle-orm@0.38.3";
import postgres from "npm:postgres@3.4.5";

const people = pgTable("people", { name: text().notNull(), age: integer().notNull() });
const client = postgres("postgres://postgres@neighbour.test/postgres", { max: 1, onnotice() {} });
const database = drizzle(client);
await client`CREATE TEMP TABLE people (name text NOT NULL, age integer NOT NULL)`;
await database.insert(people).values([{ name: "ann", age: 30 }, { name: "bob", age: 20 }]);

Deno.serve(async () => Response.json(await database.select().from(people).where(gt(people.age, 25))));
