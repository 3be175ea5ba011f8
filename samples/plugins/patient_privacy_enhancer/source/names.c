// Names of persons: after a title, after what the person is to the patient, or beginning with a common given name.
#include "rules.h"

static index TITLES = INDEX(
    "mr|mrs|ms|miss|mister|dr|dra|prof|professor|doctor|doutor|doutora|sr|sra|srta|senhor|senhora|dona|herr|herrn|frau|hr|fr|nurse");
static const char MORE_TITLES[] = "dr|med|prof|dra|phil|dipl|a|d";
static index ROLES = INDEX(
    "patient|patientin|paciente|name|nome|mother|father|son|daughter|husband|wife|sister|brother|uncle|aunt|grandmother|grandfather|"
    "guardian|caregiver|nurse|mae|pai|filho|filha|filha da paciente|filho da paciente|filho do paciente|filha do paciente|esposa|"
    "esposo|marido|irma|irmao|avo|tia|tio|responsavel|acompanhante|cuidadora|tochter|sohn|mutter|vater|ehemann|ehefrau|schwester|"
    "bruder|tante|onkel|oma|opa|betreuer|betreuerin|partner|partnerin");
static const char PARTICLES[] = "da de do das dos e von van zu zum zur der den del della di la le ten ter bin al el y";
static index GIVEN_NAMES = INDEX(
    "aaron|abigail|adam|alan|albert|alexander|alexandra|alice|allison|amanda|amelia|amy|andrea|andrew|angela|ann|anna|anne|anthony|"
    "arthur|ashley|barbara|benjamin|betty|beverly|brandon|brenda|brian|bruce|caroline|carl|catherine|charles|charlotte|cheryl|"
    "christina|christine|christopher|cynthia|daniel|david|deborah|debra|denise|dennis|diana|diane|donald|donna|dorothy|douglas|edward|"
    "eleanor|elizabeth|emily|emma|eric|ethan|eugene|evelyn|fiona|frances|frank|gary|george|gerald|gloria|gregory|hannah|harold|heather|"
    "helen|henry|isabella|jack|jacob|jacqueline|james|jane|janet|janice|jason|jean|jeffrey|jennifer|jeremy|jerry|jessica|joan|john|"
    "jonathan|joseph|joshua|joyce|juan|judith|judy|julia|julie|justin|karen|katherine|kathleen|kathryn|keith|kelly|kenneth|kevin|"
    "kimberly|kyle|larry|laura|lauren|lawrence|linda|lisa|louis|madison|margaret|maria|marie|marilyn|martha|martin|mary|matthew|megan|"
    "melissa|michael|michelle|nancy|nathan|nicholas|nicole|noah|olivia|pamela|patricia|patrick|paul|peter|philip|rachel|ralph|raymond|"
    "rebecca|richard|robert|roger|ronald|russell|ruth|ryan|samantha|samuel|sandra|sarah|scott|sean|sharon|shirley|sofia|sophia|stephanie|"
    "stephen|steven|susan|teresa|theresa|thomas|timothy|tyler|tyrone|victoria|vincent|virginia|walter|wayne|wei|william|zachary|"
    "adriana|alessandra|aline|amanda|ana|andre|antonia|antonio|aparecida|beatriz|bernardo|bianca|bruna|bruno|caio|camila|carla|carlos|"
    "carolina|cecilia|celia|claudia|conceicao|cristina|daniela|davi|debora|diego|edson|eduarda|eduardo|elaine|eliane|enzo|fabiana|fabio|"
    "felipe|fernanda|fernando|flavia|francisca|francisco|gabriel|gabriela|geraldo|giovanna|gustavo|helena|heitor|henrique|igor|ines|"
    "isabela|joana|joao|joaquim|jorge|jose|josefa|juliana|julio|kaua|larissa|leandro|leonardo|leticia|livia|lorena|luana|lucas|lucia|"
    "luciana|luis|luiz|luiza|manoel|manuela|marcelo|marcia|marcio|marcos|mariana|marina|mateus|matheus|mauricio|miguel|monica|murilo|"
    "natalia|nelson|otavio|patricia|paula|paulo|pedro|priscila|rafael|rafaela|raimunda|raimundo|regina|renata|renato|ricardo|rita|"
    "roberto|rodrigo|rosa|rosangela|sebastiao|sergio|simone|sonia|tania|tatiana|terezinha|thiago|tiago|vanessa|vera|vicente|vinicius|"
    "vitor|vitoria|yasmin|"
    "andreas|angelika|anja|annette|antje|axel|bernd|birgit|brigitte|christa|christian|claudia|claus|dieter|dirk|doris|elfriede|elke|"
    "emine|erika|ernst|eva|fatma|florian|frank|franz|friedrich|fritz|gabriele|georg|gerda|gerhard|gisela|gunter|gunther|hans|harald|"
    "heike|heinrich|heinz|helga|helmut|herbert|hermann|hildegard|holger|horst|ilse|ingeborg|ingrid|irmgard|jan|jens|jochen|johanna|"
    "johannes|josef|jurgen|kai|karin|karl|karsten|katharina|katrin|kerstin|klaus|kurt|leyla|lena|lukas|lutz|manfred|manuela|margarete|"
    "marion|markus|matthias|mehmet|michaela|monika|mustafa|nadine|nicole|nina|norbert|olaf|oliver|otto|petra|rainer|ralf|reinhard|"
    "renate|rolf|rudiger|rudolf|sabine|sandra|silke|simon|sonja|stefan|stefanie|susanne|sven|thomas|thorsten|tobias|torsten|ulrich|"
    "ulrike|ursula|ute|uwe|volker|waltraud|werner|wilhelm|wolfgang|yusuf");
static index NO_NAMES = INDEX(
    "i|he|she|it|they|we|you|the|a|an|and|or|is|was|has|had|no|not|mr|mrs|ms|dr|o|os|as|um|uma|e|ele|ela|eles|nao|sim|com|sem|por|para|"
    "der|die|das|ein|eine|er|sie|es|ist|hat|und|oder|mit|ohne|im|in|am|an|von|vom|zu|zur|auf|bei|nach|seit|"
    "disease|syndrome|sign|test|scale|score|lymphoma|morbus|diabetes|hypertonie|asthma|doenca|sindrome|mal|escala|teste|"
    "patient|patients|patientin|paciente|pacientes|name|telefon|telefone|phone|call|email|fax|adresse|address|endereco|"
    "cpf|rg|cns|cep|crm|mrn|ssn|dob|id|nr|tel|fallnummer|steuer|iban|alta|retorno|termin|befund|monday|tuesday|wednesday|thursday|"
    "friday|saturday|sunday|january|february|march|april|june|july|august|september|october|november|december|montag|dienstag|"
    "mittwoch|donnerstag|freitag|samstag|sonntag|januar|februar|marz|mai|juni|juli|oktober|dezember|hospital|clinic|clinica|klinik|"
    "krankenhaus|health|safety|care|education|information|presidente|diretor|diretora|prefeito|prefeita|nega|relata|refere|denies|reports|klagt|berichtet|status|history|report|data|date");

static bool starts_name(const text *t, int at) {
  if (!is_upper(t, at)) return false;
  int end = word_end(t, at);
  // All in capitals is an abbreviation, unless it is long.
  bool capitals = end - at > 1 && is_upper(t, at + 1) && is_upper(t, end - 1);
  return !(capitals && end - at < 4) && one_of(t, at, &NO_NAMES) != end;
}

// Capitalised words with the particles between them; where they end, and how many they are.
static int name_end(const text *t, int at, int *words) {
  int end = at;
  for (*words = 0; *words < 5 && starts_name(t, at);) {
    (*words)++;
    end = word_end(t, at);
    // The full stop of an initial belongs to the name.
    bool initial = end == at + 1 && is_char(t, end, '.');
    at = initial ? end + 1 : end;
    if (!is_one_of(t, at, " -")) break;
    at++;
    for (int i = 0; i < 2; i++) {
      int particle = word_end(t, at);
      if (!is_upper(t, at) && in_list(t, at, particle, PARTICLES) && is_char(t, particle, ' ')) at = particle + 1;
    }
  }
  return end;
}

static bool is_given_name(const text *t, int at) {
  return is_upper(t, at) && one_of(t, at, &GIVEN_NAMES) == word_end(t, at);
}

// Eponyms: Parkinson's disease, Morbus Crohn, síndrome de Down.
static bool is_eponym(const text *t, int start, int end) {
  int after = is_char(t, end, '\'') ? end + 2 : end;
  return one_of_phrases(t, skip(t, after, " "), "disease|syndrome|sign|test|score|scale|lymphoma|phenomenon|maneuver|krankheit|syndrom") > 0 ||
         phrase_before(t, start, 16, "morbus|sindrome de|doenca de|mal de|escala de|escore de|sinal de|teste de|m");
}

static int past_titles(const text *t, int at) {
  for (int i = 0; i < 4; i++) {
    int title = is_letter(t, at) ? one_of_phrases(t, at, MORE_TITLES) : 0;
    if (title == 0 || !is_one_of(t, title, " .")) break;
    at = skip(t, title, " .");
  }
  return at;
}

static void after_title(const text *t, findings *all, int at) {
  int title = is_upper(t, at) ? one_of(t, at, &TITLES) : 0;
  if (title == 0 || !is_one_of(t, title, " .")) return;
  int start = past_titles(t, skip(t, title, " ."));
  int words;
  int end = name_end(t, start, &words);
  if (words > 0 && start - title <= 24) found(all, NAME, start, end);
}

static void after_role(const text *t, findings *all, int at) {
  int role = one_of(t, at, &ROLES);
  if (role == 0) return;
  bool colon = is_char(t, role, ':');
  int start = skip(t, role, " ,:");
  if (start == role) return;
  int words;
  int end = name_end(t, start, &words);
  if (words == 0 || is_eponym(t, start, end)) return;
  if (colon || is_given_name(t, start)) found(all, NAME, start, end);
  // In German two nouns in a row are nothing special, and they are not where the role is not capitalised.
  else if (words >= 2 && !is_upper(t, at)) found(all, NAME, start, end);
  else if (words >= 2 && one_of_phrases(t, at, "patient|paciente|patientin") > 0) found(all, NAME, start, end);
}

static void given(const text *t, findings *all, int at) {
  if (!is_given_name(t, at)) return;
  int words;
  int end = name_end(t, at, &words);
  if (words > 0 && !is_eponym(t, at, end)) found(all, NAME, at, end);
}

void find_names(const text *t, findings *all) {
  for (int at = 0; at < t->length; at++) {
    if (!starts_word(t, at) || !is_letter(t, at)) continue;
    after_title(t, all, at);
    after_role(t, all, at);
    given(t, all, at);
  }
}
