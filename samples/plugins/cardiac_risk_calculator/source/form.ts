// What was filled in, with the first thing that is wrong with it.

import { failure, output } from "../../common/as/abi";
import { fixed, Json, quoted } from "../../common/as/json";

/** mg/dL in one mmol/L of cholesterol, whose molar mass is 386.65 g/mol. */
const MG_PER_MMOL: f64 = 38.67;

export class Form {
  private wrong: string = "";

  constructor(private readonly input: Json) {
    if (!input.isObject()) this.refuse("wrong_type", "The input was no JSON object; send one with the patient's values.");
  }

  /** Whether everything that was asked for so far is there and within its limits. */
  isGood(): bool {
    return this.wrong.length == 0;
  }

  /** The answer that says what is wrong. */
  refusal(): string {
    return this.wrong;
  }

  /** Only the first complaint is kept: what comes after it often follows from it. */
  refuse(code: string, message: string): void {
    if (this.isGood()) this.wrong = failure(code, message);
  }

  number(name: string, least: f64, most: f64, unit: string): f64 {
    const value = this.number_(name);
    this.within(name, value, least, most, unit);
    return value;
  }

  flag(name: string): bool {
    const json = this.field(name);
    if (json != null && !json.isBoolean()) this.refuse("wrong_type", "'" + name + "' was not true or false.");
    return json != null && json.flag;
  }

  choice(name: string, choices: string[]): string {
    const json = this.field(name);
    if (json == null) return "";
    if (!json.isText()) {
      this.refuse("wrong_type", "'" + name + "' was no text; it is one of " + listed(choices) + ".");
    } else if (!choices.includes(json.text)) {
      const code = name == "cholesterolUnit" ? "unknown_unit" : "unknown_value";
      this.refuse(code, "'" + name + "' was '" + json.text + "'; it is one of " + listed(choices) + ".");
    }
    return json.text;
  }

  /** A cholesterol in the unit asked for, whichever of the two units the form is filled in with. */
  cholesterol(name: string, unit: string, least: f64, most: f64): f64 {
    const given = this.choice("cholesterolUnit", ["mg/dL", "mmol/L"]);
    let value = this.number_(name);
    if (given == "mmol/L" && unit == "mg/dL") value *= MG_PER_MMOL;
    if (given == "mg/dL" && unit == "mmol/L") value /= MG_PER_MMOL;
    this.within(name, value, least, most, unit);
    return value;
  }

  private number_(name: string): f64 {
    const json = this.field(name);
    if (json != null && !json.isNumber()) this.refuse("wrong_type", "'" + name + "' was not a number.");
    return json == null ? 0 : json.number;
  }

  private within(name: string, value: f64, least: f64, most: f64, unit: string): void {
    if (value >= least && value <= most) return;
    this.refuse(
      "out_of_range",
      "'" + name + "' was " + fixed(value, 1) + " " + unit + "; the model is for " + short(least) + " to " + short(most) + " " + unit + ".",
    );
  }

  private field(name: string): Json | null {
    const json = this.input.get(name);
    if (json == null) this.refuse("missing_field", "'" + name + "' is missing.");
    return json;
  }
}

/** The answer of both models. The risk is a fraction; the percentage is it, rounded as the models publish it. */
export function riskAnswer(model: string, risk: f64, category: string, scale: string, source: string): string {
  return output(
    '{"model":' + quoted(model) +
      ',"risk":' + fixed(risk, 6) +
      ',"riskPercent":' + fixed(risk * 100, 1) +
      ',"category":' + quoted(category) +
      ',"categoriesOf":' + quoted(scale) +
      ',"source":' + quoted(source) + "}",
  );
}

function short(value: f64): string {
  return fixed(value, Math.floor(value) == value ? 0 : 1);
}

function listed(choices: string[]): string {
  return "'" + choices.join("', '") + "'";
}
