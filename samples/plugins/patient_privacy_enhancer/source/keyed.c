// Numbers that only the words before them give away.
#include "rules.h"

typedef struct {
  rule rule;
  int least_digits;
  bool spaces; // whether groups of digits may go on after a blank
  index words;
} key;

static key KEYS[] = {
    {RECORD_NUMBER, 3, false, INDEX(
     "mrn|medical record|medical record number|record number|record no|chart number|patient id|patient number|hospital number|"
     "prontuario|registro hospitalar|registro do paciente|numero do atendimento|"
     "fallnummer|fall nr|patientennummer|patienten nr|patienten id|patientenkennung|aufnahmenummer|aufnahme nr")},
    {HEALTH_PLAN, 4, true, INDEX(
     "member id|member number|policy number|insurance id|insurance number|subscriber id|beneficiary number|medicare|medicaid|"
     "health plan id|carteirinha|carteirinha do plano|carteira do plano|plano de saude|matricula|numero do beneficiario|"
     "versichertennummer|versicherungsnummer|versicherten nr|mitgliedsnummer|krankenkasse nr")},
    {ACCOUNT, 4, false, INDEX(
     "account number|account no|account|acct|bank account|conta corrente|conta poupanca|conta bancaria|conta|"
     "kontonummer|konto nr|konto|kto")},
    {LICENCE, 3, false, INDEX(
     "driver's license|drivers license|driver license|driver's licence|license number|licence number|certificate number|"
     "passport|passport number|cnh|carteira de motorista|passaporte|titulo de eleitor|"
     "fuhrerschein|fuhrerscheinnummer|reisepass|passnummer|personalausweis|ausweisnummer")},
    {PLATE, 2, true, INDEX(
     "license plate|licence plate|plate number|placa|placa do veiculo|placa do carro|kennzeichen|kfz kennzeichen")},
    {DEVICE, 3, false, INDEX(
     "serial number|serial no|serial|s/n|sn|udi|device id|device number|implant id|numero de serie|n de serie|no de serie|"
     "seriennummer|serien nr|geratenummer")},
    {BIOMETRIC, 2, false, INDEX(
     "fingerprint|fingerprints|voice print|voiceprint|iris scan|retina scan|retinal scan|face template|"
     "impressao digital|biometria|reconhecimento facial|fingerabdruck|stimmprofil|irisscan")},
    {OTHER_ID, 3, true, INDEX(
     "case number|case no|case id|study id|subject id|participant id|specimen id|sample id|accession number|claim number|"
     "protocolo|numero do protocolo|processo|numero do processo|aktenzeichen|vorgangsnummer|studien id|probennummer")},
    {RG, 5, false, INDEX(
     "rg|registro geral|identidade|carteira de identidade|cedula de identidade")},
};

static const char FILLERS[] =
    "no|nr|num|number|numero|nummer|id|is|was|are|lautet|ist|e|do veiculo|do plano|de numero|o|code|card|cartao";

// Past the colons, blanks and small words between a key and its number.
static int value_start(const text *t, int at) {
  for (int i = 0; i < 3; i++) {
    at = skip(t, at, " :.,#=-(");
    int filler = is_letter(t, at) ? one_of_phrases(t, at, FILLERS) : 0;
    if (filler == 0 || is_one_of(t, filler, "-/") || is_digit(t, filler)) break;
    at = filler;
  }
  return skip(t, at, " :.,#=-(");
}

static bool goes_on(const text *t, int at, bool spaces) {
  if (is_alnum(t, at)) return true;
  if (is_one_of(t, at, "-/._")) return is_alnum(t, at + 1);
  return spaces && is_char(t, at, ' ') && (is_digit(t, at + 1) || (is_upper(t, at + 1) && !is_alnum(t, at + 2)));
}

static int value_end(const text *t, int at, const key *key, bool *fits) {
  int digits = 0;
  for (; goes_on(t, at, key->spaces); at++) digits += is_digit(t, at);
  *fits = digits >= key->least_digits;
  return at;
}

static bool has_lower(const text *t, int from, int to) {
  for (int i = from; i < to; i++) {
    if (is_letter(t, i) && !is_upper(t, i)) return true;
  }
  return false;
}

static void keyed(const text *t, findings *all, int at, key *key) {
  // A longer phrase may go on with words that a shorter one ends with.
  int end = 0;
  for (int i = 0; (i = next_candidate(t, at, &key->words, i)) > 0;) {
    int here = phrase_end(t, at, candidate_phrase(&key->words, i));
    if (here > end) end = here;
  }
  if (end == 0) return;
  bool fits;
  int start = value_start(t, end);
  int stop = value_end(t, start, key, &fits);
  if (start == end && is_alnum(t, start)) return;
  if (fits && !has_lower(t, start, stop)) found(all, key->rule, start, stop);
}

void find_keyed_numbers(const text *t, findings *all) {
  for (int at = 0; at < t->length; at++) {
    if (!starts_word(t, at) || !is_letter(t, at)) continue;
    for (size_t i = 0; i < sizeof(KEYS) / sizeof(KEYS[0]); i++) keyed(t, all, at, &KEYS[i]);
  }
}
