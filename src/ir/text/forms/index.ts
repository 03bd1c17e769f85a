/** @file The pretty forms written by hand, by op name. */
import { ownValue } from "../../../support/own-value.js";
import { dialectOf } from "../../dialect.js";
import type { OpDefinition } from "../../ops/define.js";
import type { CustomFormName } from "../../ops/index.js";
import {
  callForm,
  callIndirectForm,
  castForm,
  functionForm,
  functionReturnForm,
  moduleForm,
} from "./builtin.js";
import { compositeForm, customCallForm } from "./calls.js";
import { constantForm } from "./constant.js";
import { convolutionForm } from "./convolution.js";
import { dotGeneralForm } from "./dot-general.js";
import {
  barrierForm,
  compareForm,
  complexForm,
  reducePrecisionForm,
  selectForm,
  tupleForm,
} from "./elementwise.js";
import type { Form } from "./form.js";
import {
  manualComputationForm,
  meshForm,
  namedComputationForm,
  propagationBarrierForm,
  shardyAllReduceForm,
  shardyReduceScatterForm,
} from "./sdy.js";
import { reduceForm } from "./reduce.js";
import { scanForm } from "./scan.js";
import { sliceForm } from "./slice.js";
import { whileForm } from "./while.js";

/** A form for every op that says it has one: a missing one does not compile. */
export const formTable: { readonly [K in CustomFormName]: Form } = {
  "chlo.scan": scanForm,
  "builtin.module": moduleForm,
  "builtin.unrealized_conversion_cast": castForm,
  "func.func": functionForm,
  "func.return": functionReturnForm,
  "func.call": callForm,
  "func.call_indirect": callIndirectForm,
  "stablehlo.compare": compareForm,
  "stablehlo.complex": complexForm,
  "stablehlo.composite": compositeForm,
  "stablehlo.constant": constantForm,
  "stablehlo.convolution": convolutionForm,
  "stablehlo.custom_call": customCallForm,
  "stablehlo.dot_general": dotGeneralForm,
  "stablehlo.optimization_barrier": barrierForm,
  "stablehlo.reduce": reduceForm,
  "stablehlo.reduce_precision": reducePrecisionForm,
  "stablehlo.select": selectForm,
  "sdy.all_reduce": shardyAllReduceForm,
  "sdy.manual_computation": manualComputationForm,
  "sdy.mesh": meshForm,
  "sdy.named_computation": namedComputationForm,
  "sdy.propagation_barrier": propagationBarrierForm,
  "sdy.reduce_scatter": shardyReduceScatterForm,
  "stablehlo.slice": sliceForm,
  "stablehlo.tuple": tupleForm,
  "stablehlo.while": whileForm,
};

/** The form of an op that is written by hand, as its dialect has it. */
export const findForm = (definition: OpDefinition): Form | undefined =>
  ownValue<Form>(dialectOf({ declaration: definition })?.forms ?? formTable, definition.name);
