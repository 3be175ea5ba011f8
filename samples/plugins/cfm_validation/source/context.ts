// Rules that need more than a phrase: prices, and before-and-after pictures with what must accompany them.

import { Findings, Rule } from "../../common/as/findings";
import { longest, occurs, Phrases } from "../../common/as/phrases";
import { Text } from "../../common/as/text";
import { article } from "./rules";

const PROCEDURES =
  "cirurgia*|procedimento*|tratamento*|lipo*|rinoplastia|mamoplastia|blefaroplastia|abdominoplastia|bichectomia|botox|toxina botulinica|" +
  "preenchimento*|harmonizacao*|bioestimulador*|implante*|protese*|laser|peeling*|vasectomia|parto|cesariana|endoscopia com|infiltracao*|" +
  "pacote*|sessoes|sessao";

const PROCEDURE_PRICE = new Rule(
  "cfm-2336-9-vi", article("9º, VI e VII; Manual de Publicidade Médica (CFM, 2024), cap. 8"), "warning",
  "Anuncia o preço de um procedimento; permitidos são os de consultas e de exames que não dependem de diagnóstico.",
  "Informe o valor da consulta; o do procedimento é acordado com o paciente.",
);

const BEFORE_AND_AFTER = new Rule(
  "cfm-2336-14-ii-b", article("14, II, a e b"), "error",
  "Antes e depois sem o texto educativo que deve acompanhá-lo.",
  "Acrescente indicações, fatores que influenciam o resultado, complicações e evoluções insatisfatórias.",
);

/** What must accompany a before-and-after, and the words that show that it does. */
const PARTS: string[] = ["indicações", "fatores que influenciam o resultado", "complicações", "evoluções insatisfatórias"];
const WORDS_OF_PARTS: string[] = [
  "indicacao|indicacoes|indicado|indicada|indicados|indicadas|indica se",
  "fator|fatores|depende|dependem|varia|variam|cada caso|cada paciente|individual|individuais",
  "complicacao|complicacoes|risco|riscos|efeitos adversos|efeito adverso|intercorrencia|intercorrencias",
  "insatisfatorio|insatisfatoria|insatisfatorios|insatisfatorias|nem sempre|nem todos|pode nao|podem nao",
];

export function checkPrices(text: Text, findings: Findings): void {
  for (let at = 0; at < text.length; at++) {
    if (text.at(at) != 0x72 || text.at(at + 1) != 0x24 || text.isWord(at - 1)) continue; // R$
    let number = at + 2;
    while (text.at(number) == 0x20) number++;
    let end = number;
    while (text.isDigit(end) || ((text.at(end) == 0x2e || text.at(end) == 0x2c) && text.isDigit(end + 1))) end++;
    if (end > number && isOfProcedure(text, at, end)) findings.add(PROCEDURE_PRICE, at, end);
  }
}

/** What the price is of: the nearest before it in its sentence that is either a procedure or a consultation, else any. */
function isOfProcedure(text: Text, at: i32, end: i32): bool {
  const from = text.sentenceStart(at);
  for (let i = at - 1; i >= from; i--) {
    if (!text.startsWord(i)) continue;
    if (longest(text, i, PROCEDURES) > 0) return true;
    if (longest(text, i, "consulta|consultas|exame|exames|avaliacao|teleconsulta") > 0) return false;
  }
  return occurs(text, end, text.sentenceEnd(end), PROCEDURES);
}

export function checkBeforeAndAfter(text: Text, findings: Findings): void {
  const pictures = new Phrases(["antes e depois|antes x depois|antes depois|antes vs depois"]).matches(text);
  if (pictures.length == 0) return;
  const missing: string[] = [];
  for (let i = 0; i < PARTS.length; i++) {
    if (!occurs(text, 0, text.length, WORDS_OF_PARTS[i])) missing.push(PARTS[i]);
  }
  if (missing.length == 0) return;
  findings.addSaying(
    BEFORE_AND_AFTER, pictures[0].start, pictures[0].end, "Antes e depois sem: " + missing.join(", ") + ".",
  );
}
