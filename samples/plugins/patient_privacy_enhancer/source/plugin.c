// patient_privacy_enhancer: `find` answers with findings, `mask` with the text without what was found. What is looked
// for and why is in the README.
#include "rules.h"

static findings find(const text *t) {
  findings all = {.taken = tp_memory((size_t)t->length)};
  find_contacts(t, &all);
  find_checked_numbers(t, &all);
  find_keyed_numbers(t, &all);
  find_dates(t, &all);
  find_phones(t, &all);
  find_places(t, &all);
  find_names(t, &all);
  return all;
}

static tp_text passage(const text *t, int from, int to) {
  return (tp_text){t->utf8.bytes + t->byte_at[from], t->byte_at[to] - t->byte_at[from]};
}

// The rule's id in capitals between square brackets.
static int label(rule rule, char *into) {
  tp_text id = RULE_TEXTS[rule].id;
  int length = 0;
  into[length++] = '[';
  for (int i = 0; i < id.length; i++) {
    char c = id.bytes[i];
    into[length++] = c >= 'a' && c <= 'z' ? (char)(c & ~32) : c;
  }
  into[length++] = ']';
  return length;
}

static void put_field(tp_text name, tp_text value) {
  tp_put_char(',');
  tp_put_string(name);
  tp_put_char(':');
  tp_put_string(value);
}

static void put_finding(const text *t, const finding *f, bool with_text) {
  char suggestion[40];
  tp_put(TP_TEXT("{\"rule\":"));
  tp_put_string(RULE_TEXTS[f->rule].id);
  put_field(TP_TEXT("source"), RULE_TEXTS[f->rule].source);
  put_field(TP_TEXT("severity"), TP_TEXT("error"));
  tp_put(TP_TEXT(",\"start\":"));
  tp_put_int(f->start);
  tp_put(TP_TEXT(",\"end\":"));
  tp_put_int(f->end);
  if (with_text) put_field(TP_TEXT("text"), passage(t, f->start, f->end));
  put_field(TP_TEXT("message"), RULE_TEXTS[f->rule].message);
  put_field(TP_TEXT("suggestion"), (tp_text){suggestion, label(f->rule, suggestion)});
  tp_put_char('}');
}

static void put_findings(const text *t, const findings *all, bool with_text) {
  tp_put(TP_TEXT("\"findings\":["));
  for (int i = 0; i < all->count; i++) {
    if (i > 0) tp_put_char(',');
    put_finding(t, &all->items[i], with_text);
  }
  tp_put_char(']');
}

static void put_masked(const text *t, const findings *all) {
  // Labels are at most 40 bytes.
  char *masked = tp_memory((size_t)t->utf8.length + (size_t)all->count * 40);
  int length = 0;
  int at = 0;
  for (int i = 0; i <= all->count; i++) {
    tp_text kept = passage(t, at, i < all->count ? all->items[i].start : t->length);
    for (int b = 0; b < kept.length; b++) masked[length++] = kept.bytes[b];
    if (i < all->count) {
      length += label(all->items[i].rule, masked + length);
      at = all->items[i].end;
    }
  }
  tp_put(TP_TEXT("\"text\":"));
  tp_put_string((tp_text){masked, length});
}

void tp_plugin(tp_text function, const tp_json *input) {
  bool masks = tp_equal(function, TP_TEXT("mask"));
  if (!masks && !tp_equal(function, TP_TEXT("find"))) {
    tp_fail(TP_TEXT("unknown_function"), TP_TEXT("There is no such function; there is 'find' and 'mask'."));
    return;
  }
  const tp_json *given = tp_member(input, TP_TEXT("text"));
  if (given == NULL || given->kind != TP_STRING) {
    tp_fail(TP_TEXT("missing_field"), TP_TEXT("'text' is missing or no text."));
    return;
  }
  text t = text_of(given->text);
  findings all = find(&t);
  tp_put_char('{');
  if (masks) {
    put_masked(&t, &all);
    tp_put_char(',');
  }
  // What was masked must not come back with the findings.
  put_findings(&t, &all, !masks);
  tp_put_char('}');
}
