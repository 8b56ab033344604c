import { InvalidArgumentError } from "@commander-js/extra-typings";

/** A parser of the library as one of an argument: what it throws is a usage error. */
export function argument<Value>(parse: (text: string) => Value): (text: string) => Value {
  return (text) => {
    try {
      return parse(text);
    } catch (error) {
      const { message } = error as Error;
      throw new InvalidArgumentError(message.endsWith("?") ? message : `${message}.`);
    }
  };
}
