// What is looked for, and what has been found of it.
#ifndef RULES_H
#define RULES_H

#include "text.h"

typedef enum {
  EMAIL, URL, PHOTO, IBAN, CPF, CNPJ, CNS, PIS, STEUER_ID, RVNR, KVNR, CREDIT_CARD, VIN, SSN, IP_ADDRESS, UNIQUE_ID,
  FAX, PHONE, RECORD_NUMBER, HEALTH_PLAN, ACCOUNT, LICENCE, PLATE, DEVICE, BIOMETRIC, OTHER_ID, RG,
  DATE, AGE, CEP, PLZ_TOWN, ZIP, ADDRESS, TOWN, NAME,
  RULES
} rule;

typedef struct {
  tp_text id;
  tp_text source;
  tp_text message;
} rule_text;

extern const rule_text RULE_TEXTS[RULES];

typedef struct {
  rule rule;
  int start;
  int end;
} finding;

typedef struct {
  finding *items;
  int count;
  int capacity;
  bool *taken; // the units that belong to a finding
} findings;

// Adds it unless a finding before it has a part of it: who looks first has precedence. Whether it was added.
bool found(findings *all, rule rule, int start, int end);

// In this order, the surest first.
void find_contacts(const text *t, findings *all);
void find_checked_numbers(const text *t, findings *all);
void find_keyed_numbers(const text *t, findings *all);
void find_dates(const text *t, findings *all);
void find_phones(const text *t, findings *all);
void find_places(const text *t, findings *all);
void find_names(const text *t, findings *all);

#endif
