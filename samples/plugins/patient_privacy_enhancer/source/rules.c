#include "rules.h"

#define HIPAA(letter) TP_TEXT("45 CFR 164.514(b)(2)(i)(" letter ")")
#define LGPD TP_TEXT("Lei 13.709/2018 (LGPD), art. 5, I")

const rule_text RULE_TEXTS[RULES] = {
    [EMAIL] = {TP_TEXT("email"), HIPAA("F"), TP_TEXT("An e-mail address.")},
    [URL] = {TP_TEXT("url"), HIPAA("N"), TP_TEXT("A web address.")},
    [PHOTO] = {TP_TEXT("photo"), HIPAA("Q"), TP_TEXT("The name of an image file.")},
    [IBAN] = {TP_TEXT("iban"), HIPAA("J"), TP_TEXT("An IBAN; its check digits are right.")},
    [CPF] = {TP_TEXT("cpf"), LGPD, TP_TEXT("A CPF; its check digits are right.")},
    [CNPJ] = {TP_TEXT("cnpj"), LGPD, TP_TEXT("A CNPJ; its check digits are right.")},
    [CNS] = {TP_TEXT("cns"), LGPD, TP_TEXT("A number of the Cartão Nacional de Saúde; its check digit is right.")},
    [PIS] = {TP_TEXT("pis"), LGPD, TP_TEXT("A PIS/PASEP number; its check digit is right.")},
    [STEUER_ID] = {TP_TEXT("steuer-id"), TP_TEXT("§ 139b AO; Art. 4 Nr. 1 DSGVO"), TP_TEXT("A Steuer-ID; its check digit is right.")},
    [RVNR] = {TP_TEXT("rvnr"), TP_TEXT("§ 147 SGB VI; Art. 4 Nr. 1 DSGVO"), TP_TEXT("A Rentenversicherungsnummer; its check digit is right.")},
    [KVNR] = {TP_TEXT("kvnr"), TP_TEXT("§ 290 SGB V; Art. 4 Nr. 1 DSGVO"), TP_TEXT("A Krankenversichertennummer; its check digit is right.")},
    [CREDIT_CARD] = {TP_TEXT("credit-card"), HIPAA("J"), TP_TEXT("A card number; its check digit is right.")},
    [VIN] = {TP_TEXT("vehicle"), HIPAA("L"), TP_TEXT("A vehicle identification number; its check digit is right.")},
    [SSN] = {TP_TEXT("ssn"), HIPAA("G"), TP_TEXT("A social security number.")},
    [IP_ADDRESS] = {TP_TEXT("ip-address"), HIPAA("O"), TP_TEXT("An IP address.")},
    [UNIQUE_ID] = {TP_TEXT("other-id"), HIPAA("R"), TP_TEXT("A universally unique identifier.")},
    [FAX] = {TP_TEXT("fax"), HIPAA("E"), TP_TEXT("A fax number.")},
    [PHONE] = {TP_TEXT("phone"), HIPAA("D"), TP_TEXT("A telephone number.")},
    [RECORD_NUMBER] = {TP_TEXT("record-number"), HIPAA("H"), TP_TEXT("The number of a medical record.")},
    [HEALTH_PLAN] = {TP_TEXT("health-plan"), HIPAA("I"), TP_TEXT("A number at a health plan.")},
    [ACCOUNT] = {TP_TEXT("account"), HIPAA("J"), TP_TEXT("An account number.")},
    [LICENCE] = {TP_TEXT("licence"), HIPAA("K"), TP_TEXT("The number of a certificate, licence or passport.")},
    [PLATE] = {TP_TEXT("vehicle"), HIPAA("L"), TP_TEXT("A vehicle's licence plate.")},
    [DEVICE] = {TP_TEXT("device"), HIPAA("M"), TP_TEXT("A device's serial number.")},
    [BIOMETRIC] = {TP_TEXT("biometric"), HIPAA("P"), TP_TEXT("The identifier of a biometric record.")},
    [OTHER_ID] = {TP_TEXT("other-id"), HIPAA("R"), TP_TEXT("A number of a case, study or file.")},
    [RG] = {TP_TEXT("rg"), LGPD, TP_TEXT("The number of a Brazilian identity card.")},
    [DATE] = {TP_TEXT("date"), HIPAA("C"), TP_TEXT("A date more precise than a year.")},
    [AGE] = {TP_TEXT("age"), HIPAA("C"), TP_TEXT("An age above 89.")},
    [CEP] = {TP_TEXT("cep"), LGPD, TP_TEXT("A Brazilian post code.")},
    [PLZ_TOWN] = {TP_TEXT("plz-town"), TP_TEXT("Art. 4 Nr. 1 DSGVO"), TP_TEXT("A German post code with its town.")},
    [ZIP] = {TP_TEXT("place"), HIPAA("B"), TP_TEXT("A ZIP code.")},
    [ADDRESS] = {TP_TEXT("place"), HIPAA("B"), TP_TEXT("A street address.")},
    [TOWN] = {TP_TEXT("place"), HIPAA("B"), TP_TEXT("A town.")},
    [NAME] = {TP_TEXT("name"), HIPAA("A"), TP_TEXT("A person's name.")},
};

static void grow(findings *all) {
  int larger = all->capacity == 0 ? 32 : all->capacity * 2;
  finding *copy = tp_memory((size_t)larger * sizeof(finding));
  for (int i = 0; i < all->count; i++) copy[i] = all->items[i];
  all->items = copy;
  all->capacity = larger;
}

bool found(findings *all, rule rule, int start, int end) {
  for (int i = start; i < end; i++) {
    if (all->taken[i]) return false;
  }
  for (int i = start; i < end; i++) all->taken[i] = true;
  if (all->count == all->capacity) grow(all);
  int at = all->count++;
  for (; at > 0 && all->items[at - 1].start > start; at--) all->items[at] = all->items[at - 1];
  all->items[at] = (finding){rule, start, end};
  return true;
}
