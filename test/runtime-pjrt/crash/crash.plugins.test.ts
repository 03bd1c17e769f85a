import { crashSuite } from "./suite.js";

crashSuite("xla-cpu-pjrt", /^PJRT INTERNAL: /);
crashSuite("fastatomstruct-xla-cpu", /^PJRT INTERNAL: /);
