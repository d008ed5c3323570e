// Sets formulas: a line of JSON in, { tex, display }, a line of JSON out, { html } or { error }.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { default: katex } = await import(pathToFileURL(process.argv[2]));

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, display } = JSON.parse(line);
  let answer;
  try {
    answer = { html: katex.renderToString(tex, { displayMode: display, strict: "ignore" }) };
  } catch (error) {
    answer = { error: `${error.message} in ${tex}` };
  }
  console.log(JSON.stringify(answer));
}
