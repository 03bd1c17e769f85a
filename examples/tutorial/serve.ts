// Serves the artifact: the text of a request is continued, and the answer is written as it is made.
import { createServer } from "node:http";
import { GriffinError, load } from "stablegriffin";

const model = await load("rhyme.zip");
const server = createServer(async (request, response) => {
  if (request.method !== "POST") return void response.writeHead(405).end("POST a text\n");
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  try {
    let prompt = "";
    for await (const chunk of request) prompt += chunk;
    for await (const { text } of model.generate(prompt, { maxNewTokens: 48, signal: gone.signal }))
      response.write(text);
    response.end("\n");
  } catch (error) {
    if (gone.signal.aborted) return;
    const isTheirs = error instanceof GriffinError && error.kind === "usage error";
    if (!response.headersSent) response.statusCode = isTheirs ? 400 : 500;
    response.end(`${error}\n`);
  }
});
server.listen(Number(process.env.PORT ?? 8080), () => console.log("listening:", server.address()));

export const stop = () => server.close(() => model.close());
process.once("SIGINT", stop);
