import ms from "ms";
import { upper } from "@/text.ts";
import { old } from "./old/mod.ts";

Deno.serve(() => Response.json({ text: upper("a"), day: ms("1d"), old: old("2h") }));
