/** Transfers: to the host nobody answers, to other devices they are as they are. */
import { expect, test } from "vitest";
import { verdict } from "./verdict.js";

const send = (kind: number, isHostTransfer: boolean): readonly [string, string] => [
  "%a: tensor<2xf32>, %t: !stablehlo.token",
  `%0 = "stablehlo.send"(%a, %t) <{channel_handle = #stablehlo.channel_handle<handle = 1, type = ${kind}>, is_host_transfer = ${isHostTransfer}}> : (tensor<2xf32>, !stablehlo.token) -> !stablehlo.token`,
];

test("a transfer waits for the host where it goes there, not where it goes to another device", () => {
  expect([send(2, true), send(1, false)].map(([a, b]) => verdict(a, b))).toEqual([
    "fatal_host_transfer",
    "accepted",
  ]);
});
