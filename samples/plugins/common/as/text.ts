// A text folded for matching: without accents and in lower case, each UTF-16 unit in its place.

// U+00C0 to U+017F without their accents; a full stop stands for what is no letter.
const LATIN =
  "aaaaaaaceeeeiiiidnooooo.ouuuuytsaaaaaaaceeeeiiiidnooooo.ouuuuyty" +
  "aaaaaaccccccccddddeeeeeeeeeegggggggghhhhiiiiiiiiiiiijjkkklllllllll" +
  "lnnnnnnnnnoooooooorrrrrrsssssssstttttuuuuuuuuuuuuuwwyyyzzzzzzs";

/** What an accent of its own is folded to, as in decomposed text: part of the word, matched by nothing. */
const MARK: u8 = 1;
const OTHER: u8 = 2;

function fold(unit: i32): u8 {
  if (unit >= 0x41 && unit <= 0x5a) return <u8>(unit | 32);
  if (unit >= 0x20 && unit < 0x7f) return <u8>unit;
  if (unit == 0x0a || unit == 0x0d) return 0x0a;
  if (unit == 0xa0 || unit == 0x09) return 0x20;
  if (unit == 0xba || unit == 0xb0) return 0x6f; // º and ° as o, ª as a
  if (unit == 0xaa) return 0x61;
  if (unit >= 0x300 && unit <= 0x36f) return MARK;
  if (unit >= 0xc0 && unit < 0xc0 + LATIN.length) {
    const letter = <u8>LATIN.charCodeAt(unit - 0xc0);
    return letter == 0x2e ? OTHER : letter;
  }
  return OTHER;
}

export class Text {
  readonly folded: StaticArray<u8>;

  constructor(readonly raw: string) {
    this.folded = new StaticArray<u8>(raw.length);
    for (let i = 0; i < raw.length; i++) this.folded[i] = fold(raw.charCodeAt(i));
  }

  get length(): i32 {
    return this.raw.length;
  }

  /** The folded unit, or 0 outside of the text. */
  at(i: i32): u8 {
    return i >= 0 && i < this.folded.length ? unchecked(this.folded[i]) : 0;
  }

  isLetter(i: i32): bool {
    const unit = this.at(i);
    return (unit >= 0x61 && unit <= 0x7a) || unit == MARK;
  }

  isDigit(i: i32): bool {
    const unit = this.at(i);
    return unit >= 0x30 && unit <= 0x39;
  }

  isWord(i: i32): bool {
    return this.isLetter(i) || this.isDigit(i);
  }

  startsWord(i: i32): bool {
    return this.isWord(i) && !this.isWord(i - 1);
  }

  wordEnd(i: i32): i32 {
    while (this.isWord(i)) i++;
    return i;
  }

  /** Whether a sentence ends here: not at the stop of an abbreviation such as "Dra." or within a number. */
  endsSentence(i: i32): bool {
    const unit = this.at(i);
    if (unit == 0x0a || unit == 0x21 || unit == 0x3f || unit == 0x3b || unit == 0) return true;
    if (unit != 0x2e || this.isWord(i + 1)) return false;
    let letters = 0;
    while (this.isWord(i - 1 - letters)) letters++;
    return letters > 3 || this.isDigit(i - 1);
  }

  /** Whether a part of a sentence ends here. */
  endsClause(i: i32): bool {
    const unit = this.at(i);
    return unit == 0x2c || unit == 0x3a || unit == 0x28 || unit == 0x29 || this.endsSentence(i);
  }

  /** Where the sentence begins that the place is in. */
  sentenceStart(i: i32): i32 {
    while (i > 0 && !this.endsSentence(i - 1)) i--;
    return i;
  }

  sentenceEnd(i: i32): i32 {
    while (!this.endsSentence(i)) i++;
    return i;
  }
}
