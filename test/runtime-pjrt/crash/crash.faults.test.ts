import { crashSuite } from "./suite.js";

crashSuite("cpu", /^PJRT (INVALID_ARGUMENT|INTERNAL): /);
