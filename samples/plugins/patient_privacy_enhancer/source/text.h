// A text as UTF-16 units, which the interface counts in, beside the same text folded for matching.
#ifndef TEXT_H
#define TEXT_H

#include "tp.h"

typedef struct {
  tp_text utf8;
  int length;           // in UTF-16 units
  const uint16_t *raw;  // the units
  const char *folded;   // a-z without accents, digits, ASCII punctuation; OTHER_LETTER; OTHER
  const int *byte_at;   // where each unit begins in utf8, and one more for the end
} text;

enum { OTHER = 1, OTHER_LETTER = 2 };

text text_of(tp_text utf8);

// All are false outside of the text.
bool is_digit(const text *t, int at);
bool is_letter(const text *t, int at);
bool is_alnum(const text *t, int at);
bool is_upper(const text *t, int at);
bool is_char(const text *t, int at, char c);
bool is_one_of(const text *t, int at, const char *chars);
bool starts_word(const text *t, int at); // a letter or digit after none
bool starts_number(const text *t, int at);

int digit(const text *t, int at);
int skip(const text *t, int at, const char *chars); // past any of them
int digits_end(const text *t, int at);              // past digits
int word_end(const text *t, int at);                // past letters, inner apostrophes included

// Whether the folded text goes on with the words here, and ends a word there; a blank in `phrase` stands for any
// blanks, hyphens or full stops. Where they end, or 0.
int phrase_end(const text *t, int at, const char *phrase);

// The same for the first of several phrases that are separated by '|'.
int one_of_phrases(const text *t, int at, const char *phrases);

// A long list of phrases that is asked often: an index by the first two letters is made when it is first needed.
typedef struct {
  const char *phrases;
  uint16_t *firsts; // by both letters, 1 more than the index of their first phrase; what is no letter is one more letter
  uint16_t *nexts;  // of each phrase, the same for the next one with these letters
  uint16_t *starts; // of each phrase, where it begins
} index;

#define INDEX(literal) {.phrases = (literal)}

// The same as one_of_phrases and phrase_before.
int one_of(const text *t, int at, index *list);
bool one_before(const text *t, int at, int within, index *list);

// The next of the phrases that begin like the text here; begins and ends with 0.
int next_candidate(const text *t, int at, index *list, int candidate);
const char *candidate_phrase(const index *list, int candidate);

// Whether the word is in a list of words separated by blanks.
bool in_list(const text *t, int from, int to, const char *words);

// Whether one of the phrases ends within so many units before.
bool phrase_before(const text *t, int at, int within, const char *phrases);

int parse_int(const text *t, int from, int to);

#endif
