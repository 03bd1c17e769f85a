import { crashSuite } from "./suite.js";

crashSuite("xla-cpu-pjrt", /^PJRT INTERNAL: /);
crashSuite("lammps-jax-pjrt-cpu", /^PJRT (INVALID_ARGUMENT|INTERNAL): /);
