// Finds many phrases in a text at once. A list of phrases is one string, with `|` between them, in folded letters:
//
//   a blank   anything between two words that ends no clause
//   *         the rest of the word, or nothing
//   #         a number
//   ~         up to three words more
//
// "melhor* medic*|perca # quilos|garantimos ~ resultado*"

import { Text } from "./text";

const BLANK: i32 = 0x20;
const REST: i32 = 0x2a;
const NUMBER: i32 = 0x23;
const WORDS: i32 = 0x7e;
const OR: i32 = 0x7c;

export class Match {
  constructor(
    /** The index of its list. */
    readonly list: i32,
    readonly start: i32,
    readonly end: i32,
  ) {}
}

/** Lists of phrases, indexed by their first letters, so that a word is only compared with those that begin as it does. */
export class Phrases {
  private readonly heads: StaticArray<i32> = new StaticArray<i32>(128);
  private readonly lists: Array<i32> = [0];
  private readonly offsets: Array<i32> = [0];
  private readonly nexts: Array<i32> = [0];

  constructor(private readonly texts: string[]) {
    for (let list = 0; list < texts.length; list++) {
      const text = texts[list];
      let from = 0;
      for (let i = 0; i <= text.length; i++) {
        if (i == text.length || text.charCodeAt(i) == OR) {
          if (i > from) this.add(list, from, text.charCodeAt(from));
          from = i + 1;
        }
      }
    }
  }

  private add(list: i32, offset: i32, first: i32): void {
    this.lists.push(list);
    this.offsets.push(offset);
    this.nexts.push(this.heads[first]);
    this.heads[first] = this.lists.length - 1;
  }

  /** All matches by where they start; of those of one list that overlap, only the first one, at its longest. */
  matches(text: Text): Match[] {
    const found: Match[] = [];
    const ends = new StaticArray<i32>(this.texts.length);
    for (let at = 0; at < text.length; at++) {
      if (text.startsWord(at)) this.matchesAt(text, at, ends, found);
    }
    return found;
  }

  private matchesAt(text: Text, at: i32, ends: StaticArray<i32>, found: Match[]): void {
    for (let i = this.heads[text.at(at)]; i != 0; i = this.nexts[i]) {
      const list = this.lists[i];
      const end = phraseEnd(text, at, this.texts[list], this.offsets[i]);
      if (end < 0) continue;
      const last = found.length - 1;
      if (last >= 0 && found[last].list == list && found[last].start == at) {
        if (end > found[last].end) found[last] = new Match(list, at, end);
      } else if (ends[list] <= at) {
        found.push(new Match(list, at, end));
      } else {
        continue;
      }
      ends[list] = max(ends[list], end);
    }
  }
}

/** Whether one of the phrases is within [from, to). */
export function occurs(text: Text, from: i32, to: i32, phrases: string): bool {
  for (let at = from; at < to; at++) {
    if (text.startsWord(at) && longest(text, at, phrases) >= 0) return true;
  }
  return false;
}

/** Where the longest of the phrases that start here ends, or -1. */
export function longest(text: Text, at: i32, phrases: string): i32 {
  let best = -1;
  let from = 0;
  for (let i = 0; i <= phrases.length; i++) {
    if (i == phrases.length || phrases.charCodeAt(i) == OR) {
      best = max(best, phraseEnd(text, at, phrases, from));
      from = i + 1;
    }
  }
  return best;
}

function phraseEnd(text: Text, at: i32, phrase: string, from: i32): i32 {
  for (let i = from; i < phrase.length; i++) {
    const unit = <i32>phrase.charCodeAt(i);
    if (unit == OR) break;
    while (text.at(at) == 1) at++; // an accent of its own
    if (unit == WORDS) return afterWords(text, at, phrase, i + 2);
    if (unit == BLANK) at = gapEnd(text, at);
    else if (unit == REST) at = text.wordEnd(at);
    else if (unit == NUMBER) at = numberEnd(text, at);
    else at = text.at(at) == unit ? at + 1 : -1;
    if (at < 0) return -1;
  }
  while (text.at(at) == 1) at++;
  return text.isWord(at) ? -1 : at;
}

/** The rest of the phrase, here or up to three words on. */
function afterWords(text: Text, at: i32, phrase: string, from: i32): i32 {
  for (let words = 0; words <= 3; words++) {
    const end = phraseEnd(text, at, phrase, from);
    if (end >= 0) return end;
    at = gapEnd(text, text.wordEnd(at));
    if (at < 0) return -1;
  }
  return -1;
}

/** The next word of the same clause, or -1. */
function gapEnd(text: Text, at: i32): i32 {
  if (text.isWord(at)) return -1;
  while (!text.isWord(at)) {
    if (text.endsClause(at)) return -1;
    at++;
  }
  return at;
}

function numberEnd(text: Text, at: i32): i32 {
  if (!text.isDigit(at)) return -1;
  while (text.isDigit(at) || ((text.at(at) == 0x2e || text.at(at) == 0x2c) && text.isDigit(at + 1))) at++;
  return at;
}
