// Sets formulas: a line of JSON in, { tex, marked, display }, a line of JSON out, { html } or { error }.
// What is seen comes from `marked`, what is copied or read aloud from `tex`.
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";

const { default: katex } = await import(pathToFileURL(process.argv[2]));

for await (const line of createInterface({ input: process.stdin })) {
  const { tex, marked, display } = JSON.parse(line);
  const trust = ({ command }) => command === "\\htmlData";
  const set = (words) => katex.renderToString(words, { displayMode: display, strict: "ignore", trust });
  let answer;
  try {
    const html = set(marked);
    const annotation = /<annotation[^>]*>[^]*?<\/annotation>/;
    answer = { html: marked === tex ? html : html.replace(annotation, () => set(tex).match(annotation)[0]) };
  } catch (error) {
    answer = { error: `${error.message} in ${tex}` };
  }
  console.log(JSON.stringify(answer));
}
