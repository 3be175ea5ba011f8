// The findings of a validator, as the interface describes them.

import { output } from "./abi";
import { quoted } from "./json";

/** What a rule says about a passage. */
export class Rule {
  constructor(
    readonly id: string,
    readonly source: string,
    readonly severity: string,
    readonly message: string,
    readonly suggestion: string,
  ) {}
}

class Finding {
  constructor(
    readonly rule: Rule,
    readonly start: i32,
    readonly end: i32,
    readonly message: string,
  ) {}
}

export class Findings {
  private readonly all: Finding[] = [];

  constructor(private readonly text: string) {}

  add(rule: Rule, start: i32, end: i32): void {
    this.addSaying(rule, start, end, rule.message);
  }

  /** A finding with a message of its own, for a rule whose message depends on the text. */
  addSaying(rule: Rule, start: i32, end: i32, message: string): void {
    let at = this.all.length;
    this.all.push(new Finding(rule, start, end, message));
    const added = this.all[at];
    for (; at > 0 && this.all[at - 1].start > start; at--) this.all[at] = this.all[at - 1];
    this.all[at] = added;
  }

  /** About the text as a whole, what is missing in it: an empty passage at its beginning. */
  addMissing(rule: Rule): void {
    this.add(rule, 0, 0);
  }

  /** The answer to the host. */
  answer(): string {
    const parts: string[] = [];
    for (let i = 0; i < this.all.length; i++) parts.push(this.json(this.all[i]));
    return output('{"findings":[' + parts.join(",") + "]}");
  }

  private json(finding: Finding): string {
    const rule = finding.rule;
    return (
      '{"rule":' + quoted(rule.id) +
      ',"source":' + quoted(rule.source) +
      ',"severity":' + quoted(rule.severity) +
      ',"start":' + finding.start.toString() +
      ',"end":' + finding.end.toString() +
      ',"text":' + quoted(this.text.substring(finding.start, finding.end)) +
      ',"message":' + quoted(finding.message) +
      ',"suggestion":' + quoted(rule.suggestion) + "}"
    );
  }
}
