// The model that comes with the package: a text continued, what was read kept, a dialogue.
import { demoFolder, load, restoreSession, saveSession, Session } from "stablegriffin";
import { z } from "zod";

// #region generate
await using model = await load(demoFolder, { plugin: "cpu" });
for await (const { text } of model.generate("In the beginning", { maxNewTokens: 8 }))
  process.stdout.write(text);
// #endregion

{
  // #region format
  const person = z.object({ name: z.string().max(40), born: z.int().min(1000).max(2100) });
  let text = "";
  for await (const part of model.generate("Ada Lovelace: ", { format: person })) {
    text += part.text; // { regex: "yes|no" } and { schema, whitespace } are formats, too
    if (part.complete) console.log(person.parse(JSON.parse(text)));
  }
  // #endregion
}

{
  // #region session
  using session = new Session(model.model, 1);
  await session.prefill([[2, 17, 5]]); // logits of the next token, a row for each text
  await session.append([[9, 4]]); // reads two tokens
  using mark = await session.mark(); // session.rewind(mark) comes back here
  using other = await session.fork(); // goes on by itself
  await saveSession(session, "kept.session"); // its size does not depend on the text's length
  const { session: restored } = await restoreSession(model.model, "kept.session");
  // #endregion
  restored.close();
  await session.rewind(mark);
  await other.append([[9]]);
}

{
  // #region chat
  using chat = await model.chat({ temperature: 0.8, topP: 0.95, stop: ["\n\n"], maxNewTokens: 8 });
  for await (const { text } of chat.say("Why is the sky blue?")) process.stdout.write(text);
  await chat.save("sky.session");
  // #endregion
}
