// Who the text says it is by: CRM, RQE and the word MÉDICO of art. 4, the establishment of art. 5, and what art. 13, VI,
// asks of those who name a course that is no specialty.

import { Findings, Rule } from "../../common/as/findings";
import { longest, occurs, Phrases } from "../../common/as/phrases";
import { Text } from "../../common/as/text";
import { article } from "./rules";

const STATES = "ac|al|ap|am|ba|ce|df|es|go|ma|mt|ms|mg|pa|pb|pr|pe|pi|rj|rn|rs|ro|rr|sc|sp|se|to";

// The specialties of Resolução CFM 2.330/2023 by the names of those who have them.
const SPECIALISTS =
  "acupunturista|alergista|alergologista|anestesista|anestesiologista|angiologista|cardiologista|cirurgiao *|cirurgia geral|" +
  "cirurgia* cardiovascular|cirurgia plastica|cirurgia vascular|coloproctologista|proctologista|dermatologista|endocrinologista|" +
  "endoscopista|gastroenterologista|geneticista|geriatra|ginecologista|obstetra|hematologista|hepatologista|homeopata|infectologista|" +
  "intensivista|mastologista|nefrologista|neurocirurgiao|neurocirurgia|neurologista|nutrologo|nutrologa|oftalmologista|" +
  "oncologista|ortopedista|otorrinolaringologista|otorrino|patologista|pediatra|pneumologista|psiquiatra|radiologista|reumatologista|" +
  "urologista|especialista em|medico especialista|medica especialista";

const DISEASES =
  "acne|alopecia|ansiedade|artrite|artrose|asma|calvicie|cancer|catarata|celulite|colesterol|depressao|diabetes|dpoc|endometriose|enxaqueca|" +
  "epilepsia|fibromialgia|gastrite|glaucoma|hemorroida*|hernia*|hipertensao|infertilidade|insonia|lupus|melasma|menopausa|miomas|" +
  "miopia|obesidade|osteoporose|parkinson|psoriase|rosacea|tdah|tireoide|varizes|vitiligo";

const TREATS = "trato|tratamos|tratamento de|tratamento para|tratamento da|tratamento do|cuido de|especializado em|especializada em";

const POSTGRADUATE = "pos graduacao|pos graduado|pos graduada|posgraduacao|especializacao em|mestrado em|mestre em";

const NO_CRM = new Rule(
  "cfm-2336-4-i-crm", article("4º, I"), "error",
  "Falta o número de inscrição no CRM.", "Acrescente, por exemplo: MÉDICO CRM-SP 123456.",
);
const NO_STATE = new Rule(
  "cfm-2336-4-i-uf", article("4º, I"), "warning",
  "O CRM está sem o estado, e a inscrição é no CRM onde se exerce a medicina.", "Escreva, por exemplo: CRM-SP 123456.",
);
const UNKNOWN_STATE = new Rule(
  "cfm-2336-4-i-uf", article("4º, I"), "error",
  "O CRM tem um estado que não existe.", "Escreva a sigla do estado, por exemplo: CRM-SP 123456.",
);
const NO_WORD = new Rule(
  "cfm-2336-4-i-medico", article("4º, I"), "error",
  "Falta a palavra MÉDICO ou MÉDICA junto ao CRM.", "Acrescente, por exemplo: MÉDICA CRM-SP 123456.",
);
const NO_RQE = new Rule(
  "cfm-2336-4-ii-rqe", article("4º, II"), "error",
  "Anuncia especialidade sem o número de RQE.", "Acrescente o RQE da especialidade, ou retire-a.",
);
const RQE_WITHOUT_NUMBER = new Rule(
  "cfm-2336-4-ii-numero", article("4º, II"), "error",
  "O RQE está sem número.", "Escreva, por exemplo: RQE 12345.",
);
const NO_ESTABLISHMENT = new Rule(
  "cfm-2336-5-i-a", article("5º, I, a"), "error",
  "Falta o número de cadastro ou registro do estabelecimento no CRM.", "Acrescente, por exemplo: Registro CRM-SP 12345.",
);
const NO_DIRECTOR = new Rule(
  "cfm-2336-5-i-b", article("5º, I, b"), "error",
  "Falta o diretor técnico-médico com o número do CRM.", "Acrescente, por exemplo: Diretora técnica: Dra. Ana Lima, CRM-SP 123456.",
);
const NOT_SPECIALIST = new Rule(
  "cfm-2336-13-vi", article("13, VI"), "error",
  "Anuncia pós-graduação sem o aviso NÃO ESPECIALISTA em caixa-alta.", "Acrescente NÃO ESPECIALISTA logo após o curso.",
);
const ORGANS = new Rule(
  "cfm-2336-11-i", article("11, I"), "warning",
  "Anuncia tratar doença específica sem RQE no texto, o que é vedado a quem não é especialista.",
  "Acrescente a especialidade com o RQE, ou fale do assunto sem anunciar tratamento.",
);

class Registrations {
  crm: bool = false;
  rqe: bool = false;
}

/** Checks a piece that stands for itself; a post on a profile that identifies the physician needs none of it. */
export function checkIdentification(text: Text, findings: Findings, establishment: bool): void {
  const seen = registrations(text, findings);
  if (!seen.crm) findings.addMissing(NO_CRM);
  if (establishment) checkEstablishment(text, findings, seen);
  else if (seen.crm && !occurs(text, 0, text.length, "medico|medica")) findings.addMissing(NO_WORD);
  if (!seen.rqe) checkWithoutRqe(text, findings);
}

function registrations(text: Text, findings: Findings): Registrations {
  const seen = new Registrations();
  for (let at = 0; at < text.length; at++) {
    if (!text.startsWord(at)) continue;
    if (starts(text, at, "crm")) crm(text, at, findings, seen);
    if (starts(text, at, "rqe")) rqe(text, at, findings, seen);
  }
  return seen;
}

function starts(text: Text, at: i32, word: string): bool {
  for (let i = 0; i < word.length; i++) {
    if (text.at(at + i) != <u8>word.charCodeAt(i)) return false;
  }
  return true;
}

/** CRM-SP 123456, CRM/SP 123.456, CRM 123456-SP, CRMSP 123456, CRM nº 123456. */
function crm(text: Text, at: i32, findings: Findings, seen: Registrations): void {
  const letters = skipBetween(text, at + 3);
  const before = stateEnd(text, letters);
  const number = numberStart(text, before > 0 ? before : letters);
  const end = numberEnd(text, number);
  if (end == number) return;
  seen.crm = true;
  if (before > 0) {
    if (longest(text, letters, STATES) != before) findings.add(UNKNOWN_STATE, at, end);
    return;
  }
  const after = skipBetween(text, end);
  const state = longest(text, after, STATES);
  if (state < 0 || state != after + 2 || !isCapital(text, after)) findings.add(NO_STATE, at, end);
}

function rqe(text: Text, at: i32, findings: Findings, seen: Registrations): void {
  if (text.isLetter(at + 3)) return;
  const next = skipBetween(text, at + 3);
  const state = stateEnd(text, next);
  const number = numberStart(text, state > 0 ? state : next);
  const end = numberEnd(text, number);
  if (end > number) seen.rqe = true;
  else findings.add(RQE_WITHOUT_NUMBER, at, at + 3);
}

function skipBetween(text: Text, at: i32): i32 {
  while (at < text.length && !text.isWord(at) && !text.endsSentence(at)) at++;
  return at;
}

/** Where two capitals end that stand here by themselves or before a number, or 0. */
function stateEnd(text: Text, at: i32): i32 {
  const two = text.isLetter(at) && text.isLetter(at + 1) && !text.isLetter(at + 2);
  return two && isCapital(text, at) && isCapital(text, at + 1) ? at + 2 : 0;
}

function isCapital(text: Text, at: i32): bool {
  const unit = text.raw.charCodeAt(at);
  return unit >= 0x41 && unit <= 0x5a;
}

/** Past "nº", "n." and "número". */
function numberStart(text: Text, at: i32): i32 {
  at = skipBetween(text, at);
  const word = longest(text, at, "n|no|nro|numero");
  return word > 0 ? skipBetween(text, word) : at;
}

/** Two to nine digits with stops and hyphens between them, as Rio's 52-12345-6. */
function numberEnd(text: Text, at: i32): i32 {
  let end = at;
  let digits = 0;
  while (text.isDigit(end) || ((text.at(end) == 0x2e || text.at(end) == 0x2d) && text.isDigit(end + 1))) {
    if (text.isDigit(end)) digits++;
    end++;
  }
  return digits >= 2 && digits <= 9 ? end : at;
}

function checkEstablishment(text: Text, findings: Findings, seen: Registrations): void {
  const director = occurs(text, 0, text.length, "diretor tecnico*|diretora tecnica*|responsavel tecnico*|responsavel tecnica*|diretor medico|diretora medica");
  if (!director) findings.addMissing(NO_DIRECTOR);
  const registered = occurs(text, 0, text.length, "registro ~ crm*|cadastro ~ crm*|inscricao ~ crm*|registro #|registro no #|cadastro #");
  if (seen.crm && !registered) findings.addMissing(NO_ESTABLISHMENT);
}

function checkWithoutRqe(text: Text, findings: Findings): void {
  const warned = text.raw.includes("NÃO ESPECIALISTA");
  const matches = new Phrases([SPECIALISTS, POSTGRADUATE, TREATS]).matches(text);
  let specialist = false;
  for (let i = 0; i < matches.length; i++) {
    const match = matches[i];
    if (match.list == 0 && !specialist && !isDenied(text, match.start)) {
      findings.add(NO_RQE, match.start, match.end);
      specialist = true;
    }
    if (match.list == 1 && !warned) findings.add(NOT_SPECIALIST, match.start, match.end);
    if (match.list == 2) disease(text, match.start, match.end, findings);
  }
}

/** "NÃO ESPECIALISTA", and "procure um dermatologista", which announces no one. */
function isDenied(text: Text, at: i32): bool {
  const from = text.sentenceStart(at);
  return occurs(text, max(from, at - 30), at, "nao|procure|consulte|um|uma|seu|sua|com o|ao|pelo|nenhum");
}

/** A disease within a few words after the verb. */
function disease(text: Text, start: i32, from: i32, findings: Findings): void {
  const end = min(text.sentenceEnd(from), from + 40);
  for (let at = from; at < end; at++) {
    const stop = text.startsWord(at) ? longest(text, at, DISEASES) : -1;
    if (stop > 0) {
      findings.add(ORGANS, start, stop);
      return;
    }
  }
}
