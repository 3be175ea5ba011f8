// 10-year risk of a first fatal or non-fatal cardiovascular event in Europe: SCORE2 for ages 40 to 69 and SCORE2-OP
// for 70 to 89, with the recalibration to the four risk regions. Both are of 2021; see the README for the tables.

import { Form, riskAnswer } from "./form";

const REGIONS: string[] = ["low", "moderate", "high", "very_high"];

/** Log hazard ratios of one model and sex: the main effects and then their interactions with age. */
class Model {
  constructor(
    readonly age: f64,
    readonly smoker: f64,
    readonly pressure: f64,
    readonly total: f64,
    readonly hdl: f64,
    readonly diabetes: f64,
    readonly ageSmoker: f64,
    readonly agePressure: f64,
    readonly ageTotal: f64,
    readonly ageHdl: f64,
    readonly ageDiabetes: f64,
    readonly survival: f64,
    readonly mean: f64,
    readonly scales: StaticArray<f64>,
  ) {}

  predictor(age: f64, smoker: f64, pressure: f64, total: f64, hdl: f64, diabetes: f64): f64 {
    return (
      age * this.age +
      smoker * (this.smoker + age * this.ageSmoker) +
      pressure * (this.pressure + age * this.agePressure) +
      total * (this.total + age * this.ageTotal) +
      hdl * (this.hdl + age * this.ageHdl) +
      diabetes * (this.diabetes + age * this.ageDiabetes)
    );
  }

  risk(predictor: f64, region: i32): f64 {
    const uncalibrated = 1 - Math.pow(this.survival, Math.exp(predictor - this.mean));
    const first = this.scales[2 * region];
    const second = this.scales[2 * region + 1];
    return 1 - Math.exp(-Math.exp(first + second * Math.log(-Math.log(1 - uncalibrated))));
  }
}

function younger(female: bool): Model {
  return female
    ? new Model(
        0.4648, 0.7744, 0.3131, 0.1002, -0.2606, 0, -0.1088, -0.0277, -0.0226, 0.0613, 0, 0.9776, 0,
        [-0.738, 0.7019, -0.3143, 0.7701, 0.571, 0.9369, 0.9412, 0.8329],
      )
    : new Model(
        0.3742, 0.6012, 0.2777, 0.1458, -0.2698, 0, -0.0755, -0.0255, -0.0281, 0.0426, 0, 0.9605, 0,
        [-0.5699, 0.7476, -0.1565, 0.8009, 0.3207, 0.936, 0.5836, 0.8294],
      );
}

function older(female: bool): Model {
  return female
    ? new Model(
        0.0789, 0.4921, 0.0102, 0.0605, -0.304, 0.601, -0.0255, -0.0004, -0.0009, 0.0154, -0.0107, 0.8082, 0.229,
        [-0.52, 1.01, -0.1, 1.1, 0.38, 1.09, 0.38, 0.69],
      )
    : new Model(
        0.0634, 0.3524, 0.0094, 0.085, -0.3564, 0.4245, -0.0247, -0.0005, 0.0073, 0.0091, -0.0174, 0.7576, 0.0929,
        [-0.34, 1.19, 0.01, 1.25, 0.08, 1.15, 0.05, 0.7],
      );
}

export function score2(form: Form): string {
  const age = form.number("age", 40, 89, "years");
  const female = form.choice("sex", ["female", "male"]) == "female";
  const region = REGIONS.indexOf(form.choice("region", REGIONS));
  const total = form.cholesterol("totalCholesterol", "mmol/L", 2, 12);
  const hdl = form.cholesterol("hdlCholesterol", "mmol/L", 0.4, 4);
  const pressure = form.number("systolicPressure", 80, 220, "mmHg");
  const smoker: f64 = form.flag("smoker") ? 1 : 0;
  const diabetes: f64 = form.flag("diabetes") ? 1 : 0;
  if (age < 70 && diabetes > 0) {
    form.refuse("not_applicable", "SCORE2 is not for people with diabetes below 70; use SCORE2-Diabetes for them.");
  }
  if (hdl >= total) {
    form.refuse("out_of_range", "'hdlCholesterol' was not below 'totalCholesterol', which it is a part of.");
  }
  if (!form.isGood()) return form.refusal();
  return age < 70
    ? answer("SCORE2", younger(female).risk(ofYounger(female, age, smoker, pressure, total, hdl), region), age)
    : answer("SCORE2-OP", older(female).risk(ofOlder(female, age, smoker, pressure, total, hdl, diabetes), region), age);
}

function ofYounger(female: bool, age: f64, smoker: f64, pressure: f64, total: f64, hdl: f64): f64 {
  return younger(female).predictor((age - 60) / 5, smoker, (pressure - 120) / 20, total - 6, (hdl - 1.3) / 0.5, 0);
}

function ofOlder(female: bool, age: f64, smoker: f64, pressure: f64, total: f64, hdl: f64, diabetes: f64): f64 {
  return older(female).predictor(age - 73, smoker, pressure - 150, total - 6, hdl - 1.4, diabetes);
}

function answer(model: string, risk: f64, age: f64): string {
  return riskAnswer(
    model,
    risk,
    categoryOf(risk, age),
    "2021 ESC guidelines on cardiovascular disease prevention, table 5",
    model == "SCORE2" ? "doi:10.1093/eurheartj/ehab309" : "doi:10.1093/eurheartj/ehab312",
  );
}

function categoryOf(risk: f64, age: f64): string {
  const high: f64 = age < 50 ? 0.025 : age < 70 ? 0.05 : 0.075;
  const veryHigh: f64 = 2 * high + (age < 50 ? 0.025 : 0);
  if (risk < high) return "low_to_moderate";
  return risk < veryHigh ? "high" : "very_high";
}
