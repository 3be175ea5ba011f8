// cfm_validation: checks Portuguese text against the Brazilian rules of medical advertising. See the README for the rules.

import { failure, readRequest, reply, unknownFunction } from "../../common/as/abi";
import { Findings } from "../../common/as/findings";
import { Json } from "../../common/as/json";
import { occurs, Phrases } from "../../common/as/phrases";
import { Text } from "../../common/as/text";
import { checkBeforeAndAfter, checkPrices } from "./context";
import { checkIdentification } from "./identification";
import { PhraseRule, phraseRules } from "./rules";

export { tp_alloc } from "../../common/as/abi";

export function tp_call(pointer: usize, length: i32): i64 {
  const request = readRequest(pointer, length);
  if (request.name != "validate") return reply(unknownFunction(request.name, "'validate'"));
  return reply(validate(request.input));
}

function validate(input: Json): string {
  const given = input.get("text");
  if (given == null || !given.isText()) return failure("missing_field", "'text' is missing or no text.");
  const kind = choice(input, "kind", "piece");
  if (kind != "piece" && kind != "post") return failure("unknown_value", "'kind' was '" + kind + "'; it is 'piece' or 'post'.");
  const author = choice(input, "author", "physician");
  if (author != "physician" && author != "establishment") {
    return failure("unknown_value", "'author' was '" + author + "'; it is 'physician' or 'establishment'.");
  }

  const text = new Text(given.text);
  const findings = new Findings(given.text);
  if (kind == "piece") checkIdentification(text, findings, author == "establishment");
  checkPhrases(text, findings);
  checkPrices(text, findings);
  checkBeforeAndAfter(text, findings);
  return findings.answer();
}

function choice(input: Json, name: string, otherwise: string): string {
  const json = input.get(name);
  return json == null ? otherwise : json.text;
}

function checkPhrases(text: Text, findings: Findings): void {
  const rules = phraseRules();
  const lists: string[] = [];
  for (let i = 0; i < rules.length; i++) lists.push(rules[i].phrases);
  const matches = new Phrases(lists).matches(text);
  for (let i = 0; i < matches.length; i++) {
    const match = matches[i];
    const rule: PhraseRule = rules[match.list];
    if (!rule.negatable || !isNegated(text, match.start)) findings.add(rule, match.start, match.end);
  }
}

/** Whether one of the four words before it in its clause denies it. */
function isNegated(text: Text, start: i32): bool {
  let from = start;
  for (let words = 0; words < 4; words++) {
    let at = from - 1;
    while (at >= 0 && !text.isWord(at)) {
      if (text.endsClause(at)) return occurs(text, from, start, NEGATIONS);
      at--;
    }
    if (at < 0) break;
    while (text.isWord(at - 1)) at--;
    from = at;
  }
  return occurs(text, from, start, NEGATIONS);
}

const NEGATIONS =
  "nao|nunca|jamais|sem|nenhum|nenhuma|nem|vedado|vedada|vedados|vedadas|proibido|proibida|proibe|veda|evite|evitar|desconfie|cuidado com|" +
  "ninguem pode|contra";
