// What is smaller than a state: street addresses, post codes, towns.
#include "rules.h"

static index STREETS_EN = INDEX(
    "street|st|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|dr|court|ct|terrace|place|pl|way|square|sq|highway|hwy|parkway|"
    "pkwy|circle|cir|trail");
static index STREETS_PT = INDEX(
    "rua|r|avenida|av|alameda|al|travessa|tv|praca|rodovia|estrada|largo|viela");
static index STREETS_DE = INDEX(
    "strasse|strase|str|weg|platz|allee|gasse|ring|damm|ufer|steig|chaussee|hof");
static const char STATES_US[] =
    "al|ak|az|ar|ca|co|ct|de|fl|ga|hi|id|il|in|ia|ks|ky|la|me|md|ma|mi|mn|ms|mo|mt|ne|nv|nh|nj|nm|ny|nc|nd|oh|ok|or|pa|ri|sc|sd|"
    "tn|tx|ut|vt|va|wa|wv|wi|wy|dc";
static const char STATES_BR[] = "ac|al|ap|am|ba|ce|df|es|go|ma|mt|ms|mg|pa|pb|pr|pe|pi|rj|rn|rs|ro|rr|sc|sp|se|to";
static index LIVING = INDEX(
    "lives in|living in|live in|lived in|resides in|residing in|resident of|moved to|relocated to|born in|mora em|morando em|"
    "reside em|residente em|natural de|nascido em|nascida em|domiciliado em|vinda de|vindo de|procedente de|wohnt in|wohnhaft in|"
    "lebt in|geboren in|gemeldet in|stammt aus|verzogen nach");
static index LARGE_TOWNS = INDEX(
    "atlanta|austin|baltimore|boston|brooklyn|buffalo|charlotte|chicago|cincinnati|cleveland|columbus|dallas|denver|detroit|"
    "fresno|houston|indianapolis|jacksonville|louisville|manhattan|memphis|miami|milwaukee|minneapolis|nashville|oakland|omaha|"
    "philadelphia|phoenix|pittsburgh|portland|raleigh|sacramento|seattle|tampa|tucson|tulsa|london|manchester|"
    "belem|blumenau|brasilia|campinas|caxias|contagem|cuiaba|curitiba|diadema|florianopolis|fortaleza|goiania|guarulhos|joinville|"
    "londrina|maceio|manaus|maringa|natal|niteroi|olinda|osasco|pelotas|piracicaba|recife|salvador|santos|sorocaba|teresina|"
    "uberaba|uberlandia|vitoria|lisboa|porto|"
    "aachen|augsburg|berlin|bielefeld|bochum|bonn|braunschweig|bremen|chemnitz|darmstadt|dortmund|dresden|duisburg|dusseldorf|"
    "erfurt|erlangen|essen|frankfurt|freiburg|gelsenkirchen|gottingen|hagen|halle|hamburg|hannover|heidelberg|heilbronn|ingolstadt|"
    "jena|karlsruhe|kassel|kiel|koblenz|koln|krefeld|leipzig|leverkusen|lubeck|ludwigshafen|magdeburg|mainz|mannheim|munchen|"
    "munster|nurnberg|oldenburg|osnabruck|paderborn|potsdam|regensburg|rostock|saarbrucken|stuttgart|trier|ulm|wiesbaden|wolfsburg|"
    "wuppertal|wurzburg|zwickau|wien|zurich");
static index LARGE_TOWNS_OF_TWO_WORDS = INDEX(
    "new york|los angeles|san diego|san antonio|san francisco|san jose|las vegas|el paso|new orleans|fort worth|oklahoma city|"
    "kansas city|salt lake city|long beach|sao paulo|rio de janeiro|belo horizonte|porto alegre|sao luis|joao pessoa|campo grande|"
    "ribeirao preto|sao bernardo do campo|santo andre|juiz de fora|feira de santana|bad homburg|frankfurt am main");
static index NO_TOWNS = INDEX(
    "a|an|the|his|her|their|monday|tuesday|wednesday|thursday|friday|saturday|sunday|january|february|march|april|may|june|july|"
    "august|september|october|november|december|stage|room|class|grade|icu|er|casa|uti|der|die|das|den|einem|einer|patienten|einheiten|proben|"
    "euro|gramm|stuck|mal|tagen|wochen|jahren|personen|falle|tabletten");
static const char PARTICLES[] = "da de do das dos e";

// Two capitals begin an abbreviation.
static bool is_name_word(const text *t, int at) {
  return is_upper(t, at) && !is_upper(t, at + 1) && one_of(t, at, &NO_TOWNS) != word_end(t, at);
}

// Capitalised words, joined by blanks or hyphens; where they end.
static int town_end(const text *t, int at, int most) {
  int end = at;
  for (int words = 0; words < most && is_name_word(t, at); words++) {
    end = word_end(t, at);
    at = is_one_of(t, end, " -") ? end + 1 : end;
    int particle = word_end(t, at);
    if (in_list(t, at, particle, PARTICLES) && !is_upper(t, at) && is_name_word(t, particle + 1)) at = particle + 1;
  }
  return end;
}

static bool is_state(const text *t, int at, const char *states) {
  return is_upper(t, at) && is_upper(t, at + 1) && one_of_phrases(t, at, states) == at + 2 && !is_alnum(t, at + 2);
}

// --- Addresses ---

static int house_number_end(const text *t, int at) {
  int end = digits_end(t, at);
  if (end == at || end - at > 5) return 0;
  if (is_letter(t, end) && !is_alnum(t, end + 1)) end++;
  return is_alnum(t, end) ? 0 : end;
}

static int direction_end(const text *t, int at) {
  int next = is_char(t, at, ' ') ? one_of_phrases(t, at + 1, "nw|ne|sw|se|n|s|e|w") : 0;
  return next > 0 && is_upper(t, at + 1) ? next : at;
}

// 742 Evergreen Terrace
static void american_address(const text *t, findings *all, int start) {
  int at = house_number_end(t, start);
  for (int words = 0; at > 0 && words < 5 && is_char(t, at, ' ') && is_alnum(t, at + 1); words++) {
    int word = at + 1;
    int end = is_digit(t, word) ? digits_end(t, word) + 2 : word_end(t, word);
    if (!is_upper(t, word) && !is_digit(t, word)) return;
    if (words > 0 && one_of(t, word, &STREETS_EN) == end) {
      found(all, ADDRESS, start, direction_end(t, end));
      return;
    }
    at = end;
  }
}

// Rua das Flores, 123
static void brazilian_address(const text *t, findings *all, int start) {
  int at = is_upper(t, start) ? one_of(t, start, &STREETS_PT) : 0;
  if (at == 0) return;
  at = skip(t, at, " .");
  for (int words = 0; words < 6 && is_letter(t, at); words++) {
    int end = word_end(t, at);
    if (!is_upper(t, at) && !in_list(t, at, end, PARTICLES)) return;
    at = skip(t, end, " .");
    int number = skip(t, at, ",");
    int sign = one_of_phrases(t, skip(t, number, " "), "no|n|numero");
    number = skip(t, sign > 0 ? sign : number, " .");
    int stop = house_number_end(t, number);
    if (stop > 0 && number > end) {
      found(all, ADDRESS, start, stop);
      return;
    }
  }
}

static bool has_ending(const text *t, int from, int to, index *endings) {
  for (int at = from + 1; at < to; at++) {
    if (one_of(t, at, endings) == to) return true;
  }
  return false;
}

// Hauptstraße 12, Berliner Str. 5, Am Markt 3
static void german_address(const text *t, findings *all, int start) {
  if (!is_upper(t, start)) return;
  int end = word_end(t, start);
  bool street = has_ending(t, start, end, &STREETS_DE);
  if (!street && in_list(t, start, end, "am an im zum zur auf") && is_char(t, end, ' ') && is_upper(t, end + 1)) {
    end = word_end(t, end + 1);
    street = true;
  } else if (!street && is_one_of(t, end, " -") && is_upper(t, end + 1)) {
    int second = word_end(t, end + 1);
    if (one_of(t, end + 1, &STREETS_DE) != second) return;
    end = second;
    street = true;
  }
  int number = skip(t, end, " .");
  int stop = house_number_end(t, number);
  if (street && number > end && stop > 0 && stop - number <= 4) found(all, ADDRESS, start, stop);
}

// --- Post codes ---

static void zip(const text *t, findings *all, int at) {
  int end = digits_end(t, at);
  if (end - at != 5) return;
  bool state = is_char(t, at - 1, ' ') && is_state(t, at - 3, STATES_US) && !is_alnum(t, at - 4);
  if (!state && !phrase_before(t, at, 10, "zip|zip code|postal code")) return;
  if (is_char(t, end, '-') && digits_end(t, end + 1) - end == 5) end += 5;
  if (!is_alnum(t, end)) found(all, ZIP, at, end);
}

static void cep(const text *t, findings *all, int at) {
  int first = digits_end(t, at);
  int end = first - at == 5 && is_char(t, first, '-') ? digits_end(t, first + 1) : first;
  bool whole = (first - at == 5 && end - at == 9) || (first - at == 8 && phrase_before(t, at, 8, "cep"));
  if (whole && !is_alnum(t, end) && !(is_char(t, end, '-') && is_digit(t, end + 1))) found(all, CEP, at, end);
}

// Nouns are capitalised in German, so a number before one is a post code only beside an address or a known town.
static void plz(const text *t, findings *all, int at) {
  int end = digits_end(t, at);
  if (end - at != 5 || !is_char(t, end, ' ') || !is_name_word(t, end + 1)) return;
  int code = parse_int(t, at, end);
  int word = word_end(t, end + 1);
  bool town = one_of(t, end + 1, &LARGE_TOWNS) == word;
  bool beside = is_char(t, at - 1, '-') || phrase_before(t, at, 8, "plz|postleitzahl|d") ||
                (all->count > 0 && is_char(t, at - 2, ',') && all->taken[at - 3]);
  if (code >= 1067 && code <= 99998 && (town || beside)) found(all, PLZ_TOWN, at, town_end(t, end + 1, town ? 1 : 2));
}

// --- Towns ---

static void town(const text *t, findings *all, int at) {
  int living = one_of(t, at, &LIVING);
  int start = living > 0 ? skip(t, living, " ") : 0;
  if (living > 0 && is_name_word(t, start)) found(all, TOWN, start, town_end(t, start, 3));
  if (!is_upper(t, at)) return;
  int end = word_end(t, at);
  int two = one_of(t, at, &LARGE_TOWNS_OF_TWO_WORDS);
  int whole = town_end(t, at, 3);
  bool with_state = (is_char(t, whole, ',') && is_state(t, whole + 2, STATES_US)) ||
                    (is_one_of(t, whole, "/-") && is_state(t, whole + 1, STATES_BR)) ||
                    (is_one_of(t, whole + 1, "/-") && is_state(t, whole + 3, STATES_BR));
  if (two > 0) found(all, TOWN, at, two);
  else if (with_state && whole > at) found(all, TOWN, at, whole);
  else if (one_of(t, at, &LARGE_TOWNS) == end &&
           phrase_before(t, at, 6, "in|from|to|at|near|em|de|para|aus|nach|bei|von|cep")) {
    found(all, TOWN, at, end);
  }
}

void find_places(const text *t, findings *all) {
  for (int at = 0; at < t->length; at++) {
    if (!starts_word(t, at)) continue;
    if (is_digit(t, at)) {
      american_address(t, all, at);
    } else {
      brazilian_address(t, all, at);
      german_address(t, all, at);
    }
  }
  for (int at = 0; at < t->length; at++) {
    if (!starts_word(t, at)) continue;
    if (is_digit(t, at)) {
      zip(t, all, at);
      cep(t, all, at);
      plz(t, all, at);
    } else {
      town(t, all, at);
    }
  }
}
