// The findings of a validator, as the interface describes them.

import { output } from "./abi";
import { Writer } from "./json";

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
    const json = new Writer().put('{"findings":[');
    for (let i = 0; i < this.all.length; i++) {
      if (i > 0) json.put(",");
      this.put(this.all[i], json);
    }
    return output(json.put("]}").toString());
  }

  private put(finding: Finding, into: Writer): void {
    const rule = finding.rule;
    into.put('{"rule":').putQuoted(rule.id);
    into.put(',"source":').putQuoted(rule.source);
    into.put(',"severity":').putQuoted(rule.severity);
    into.put(',"start":').put(finding.start.toString());
    into.put(',"end":').put(finding.end.toString());
    into.put(',"text":').putQuoted(this.text.substring(finding.start, finding.end));
    into.put(',"message":').putQuoted(finding.message);
    into.put(',"suggestion":').putQuoted(rule.suggestion).put("}");
  }
}
