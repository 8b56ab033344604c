/** What stands at the head of each generated file. */
export const GENERATED_BY = "Made from the command tree by: deno task generate";
