// Finds a word that should not be there. Change what is below; samples/ and manifest.json say what is expected.

import { failure, output, readRequest, reply, unknownFunction } from "./tp/abi";
import { quoted } from "./tp/json";

export { tp_alloc } from "./tp/abi";

const WORD = "miracle";

export function tp_call(pointer: usize, length: i32): i64 {
  const request = readRequest(pointer, length);
  if (request.name != "validate") return reply(unknownFunction(request.name, "'validate'"));
  const text = request.input.get("text");
  if (text == null || !text.isText()) return reply(failure("no_text", "The input has no text."));
  return reply(output('{"findings":[' + findings(text.text).join(",") + "]}"));
}

function findings(text: string): string[] {
  const found: string[] = [];
  for (let at = text.indexOf(WORD); at >= 0; at = text.indexOf(WORD, at + WORD.length)) {
    found.push(
      '{"rule":"no_miracles","severity":"warning","start":' + at.toString() +
        ',"end":' + (at + WORD.length).toString() +
        ',"text":' + quoted(WORD) +
        ',"message":"Promise nothing that nobody can keep."}',
    );
  }
  return found;
}
