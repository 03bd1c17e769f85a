import { crashSuite } from "./suite.js";

crashSuite("cpu", /^PJRT INTERNAL: /);
