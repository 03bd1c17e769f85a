import { describe, expect, test } from "vitest";
import { verdict } from "./verdict.js";

describe("attributes of the module", () => {
  const withAttribute = (attribute: string): string =>
    `module @m attributes {${attribute}} {\n  func.func @main(%a: tensor<f32>) -> tensor<f32> {\n    return %a : tensor<f32>\n  }\n}`;

  test("what XLA reads without a look at the program is refused", () => {
    expect(
      verdict(
        withAttribute(
          "mhlo.input_output_alias = [{alias = {parameter_number = 7 : i64}, output_index = [9]}]",
        ),
      ),
    ).toMatchInlineSnapshot(`
      "verify error: builtin.module: the module's attribute mhlo.input_output_alias is believed by plugins without a look at the program [module_attribute]
        expected: one of jax.uses_shape_polymorphism, mhlo.frontend_attributes, mhlo.is_dynamic, mhlo.num_partitions, mhlo.num_replicas, mhlo.use_auto_spmd_partitioning, mhlo.spmd_output_sharding, or none
        at:       -:1:1
        hint:     remove it: donation and shardings are told by the attributes of arguments"
    `);
    expect(verdict(withAttribute('mhlo.spmd_parameters_shardings = ["{replicated}"]'))).toContain(
      "[module_attribute]",
    );
  });

  test("what is checked, and what XLA does not know, is accepted", () => {
    for (const attribute of [
      "mhlo.num_partitions = 1 : i32",
      "jax.uses_shape_polymorphism = false",
      'my.note = "x"',
    ])
      expect(verdict(withAttribute(attribute))).toBe("accepted");
  });
});
