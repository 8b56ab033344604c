import { z } from "zod";

/** A schema whose text a parser reads; what the parser throws is the issue's message. */
export function parsed<Value>(
  schema: z.ZodType<string>,
  parse: (text: string) => Value,
): z.ZodPipe<z.ZodType<string>, z.ZodTransform<Value, string>> {
  return schema.pipe(z.transform((text: string, context) => {
    try {
      return parse(text);
    } catch (error) {
      context.issues.push({ code: "custom", message: (error as Error).message, input: text });
      return z.NEVER;
    }
  }));
}
