import * as cheerio from "npm:cheerio@1.0.0";
import { addDays, formatISO } from "npm:date-fns@4.1.0";
import Handlebars from "npm:handlebars@4.7.8";
import lodash from "npm:lodash@4.17.21";
import { parse } from "npm:yaml@2.6.1";
import { v5 } from "npm:uuid@11.0.3";

const render = Handlebars.compile("<p>{{text}}</p>");

Deno.serve(() =>
  Response.json({
    text: cheerio.load(render({ text: "a & b" }))("p").text(),
    day: formatISO(addDays(new Date(Date.UTC(2026, 0, 31)), 1), { representation: "date" }),
    chunks: lodash.chunk([1, 2, 3], 2),
    yaml: parse("a: [1, 2]"),
    id: v5("name", v5.URL),
  })
);
