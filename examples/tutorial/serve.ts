// Serves the artifact: the text of a request is continued, and the answer is written as it is made.
import { createServer } from "node:http";
import { load } from "stablegriffin";

const model = await load("rhyme.zip");
const server = createServer(async (request, response) => {
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  try {
    let prompt = "";
    for await (const chunk of request) prompt += chunk;
    for await (const { text } of model.generate(prompt, { maxNewTokens: 48, signal: gone.signal }))
      response.write(text);
    response.end("\n");
  } catch (error) {
    if (!response.headersSent) response.statusCode = 400;
    response.end(error instanceof Error ? `${error.message}\n` : undefined);
  }
});
server.listen(8080, () => console.log("listening on port 8080"));
process.once("SIGINT", () => server.close(() => model.close()));
