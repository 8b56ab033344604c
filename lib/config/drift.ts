import type { z } from "zod";

/**
 * The names of schemas whose output is not what the interface of that name says: a field is missing
 * in either, or is another. `never` when there is none, which `Drift<…> extends never` can't tell:
 * put it in brackets.
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

/** Whether one is assignable to the other does not tell: a field may be missing in either. */
type IfSame<A, B, Then, Else> = (<T>() => T extends A ? 1 : 2) extends
  (<T>() => T extends B ? 1 : 2) ? Then : Else;

/** Without `readonly`, which JSON knows nothing of, and with intersections made one. */
type Plain<T> = T extends object ? { -readonly [Key in keyof T]: Plain<T[Key]> } : T;
