/** Note at the head of each generated file. */
export const GENERATED_BY = "Generated from the command tree by: deno task generate";
