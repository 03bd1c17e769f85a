/** @file Texts are tested without colours, whatever the terminal, the CI or vitest itself asks of this process and those it starts. */
delete process.env.FORCE_COLOR;
process.env.NO_COLOR = "1";
