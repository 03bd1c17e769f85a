/** @file `%tuple#2`: some printers write an element of a tuple where it is used, and no instruction that takes it out. */
import { HloError } from "../errors.js";
import type { Instruction } from "../hlo.js";

/**
 * The get-tuple-elements that an instruction's operands stand for, those of tuples in tuples first.
 * @param known instructions before it, by name
 * @throws HloError for an element that the tuple does not have
 */
export function elementsOf(
  { operands }: Instruction,
  known: ReadonlyMap<string, Instruction>,
  where: string,
): readonly Instruction[] {
  return operands.flatMap((operand) => {
    const made = new Map<string, Instruction>();
    let [name, ...places] = operand.split("#") as [string, ...string[]];
    for (const place of places) {
      const tuple = made.get(name) ?? known.get(name);
      const element = `${name}#${place}`;
      const shape = tuple?.shape.kind === "tuple" ? tuple.shape.parts[Number(place)] : undefined;
      if (shape === undefined)
        throw new HloError({ message: `${operand} is no element of a tuple before it`, where });
      const index = Number(place);
      made.set(element, {
        name: element,
        opcode: "get-tuple-element",
        shape,
        operands: [name],
        calls: [],
        index,
      });
      name = element;
    }
    return [...made.values()];
  });
}
