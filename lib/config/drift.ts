import type { z } from "zod";

/**
 * Names of the schemas whose output type differs from the interface of the same name; `never` if
 * there is none. Test it in brackets, `[Drift<…>] extends [never]`, because a conditional type
 * distributes over `never`.
 */
export type Drift<
  Schemas extends Readonly<Record<string, z.ZodType>>,
  Interfaces extends { readonly [Name in keyof Schemas]: unknown },
> = {
  [Name in keyof Schemas]: IfSame<
    Plain<z.output<Schemas[Name]>>,
    Plain<Interfaces[Name]>,
    never,
    Name
  >;
}[keyof Schemas];

/** `Then` if the types are identical. Assignability is not enough: optional fields may be missing. */
type IfSame<A, B, Then, Else> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? Then : Else;

/** The type without `readonly`, and with intersections merged. */
type Plain<T> = T extends object ? { -readonly [Key in keyof T]: Plain<T[Key]> } : T;
