// 10-year risk of a first hard ASCVD event: Goff et al. 2014, appendix 7, table A.

import { Form, riskAnswer } from "./form";

/** One column of table A. Logarithms are natural ones. */
class Column {
  constructor(
    readonly age: f64,
    readonly ageSquared: f64,
    readonly total: f64,
    readonly ageTotal: f64,
    readonly hdl: f64,
    readonly ageHdl: f64,
    readonly treated: f64,
    readonly ageTreated: f64,
    readonly untreated: f64,
    readonly ageUntreated: f64,
    readonly smoker: f64,
    readonly ageSmoker: f64,
    readonly diabetes: f64,
    readonly mean: f64,
    readonly survival: f64,
  ) {}
}

function columnOf(female: bool, africanAmerican: bool): Column {
  if (female && africanAmerican) {
    return new Column(17.114, 0, 0.94, 0, -18.92, 4.475, 29.291, -6.432, 27.82, -6.087, 0.691, 0, 0.874, 86.61, 0.9533);
  }
  if (female) {
    return new Column(-29.799, 4.884, 13.54, -3.114, -13.578, 3.149, 2.019, 0, 1.957, 0, 7.574, -1.665, 0.661, -29.18, 0.9665);
  }
  if (africanAmerican) {
    return new Column(2.469, 0, 0.302, 0, -0.307, 0, 1.916, 0, 1.809, 0, 0.549, 0, 0.645, 19.54, 0.8954);
  }
  return new Column(12.344, 0, 11.853, -2.664, -7.99, 1.769, 1.797, 0, 1.764, 0, 7.837, -1.795, 0.658, 61.18, 0.9144);
}

export function pooledCohort(form: Form): string {
  const age = Math.log(form.number("age", 40, 79, "years"));
  const female = form.choice("sex", ["female", "male"]) == "female";
  const race = form.choice("race", ["african_american", "white", "other"]);
  const total = Math.log(form.cholesterol("totalCholesterol", "mg/dL", 130, 320));
  const hdl = Math.log(form.cholesterol("hdlCholesterol", "mg/dL", 20, 100));
  const pressure = Math.log(form.number("systolicPressure", 90, 200, "mmHg"));
  const treated = form.flag("treatedForHypertension");
  const smoker: f64 = form.flag("smoker") ? 1 : 0;
  const diabetes: f64 = form.flag("diabetes") ? 1 : 0;
  if (!form.isGood()) return form.refusal();

  const column = columnOf(female, race == "african_american");
  const ofPressure = treated ? column.treated + age * column.ageTreated : column.untreated + age * column.ageUntreated;
  const sum =
    age * column.age +
    age * age * column.ageSquared +
    total * (column.total + age * column.ageTotal) +
    hdl * (column.hdl + age * column.ageHdl) +
    pressure * ofPressure +
    smoker * (column.smoker + age * column.ageSmoker) +
    diabetes * column.diabetes;
  const risk = 1 - Math.pow(column.survival, Math.exp(sum - column.mean));
  return riskAnswer(
    "2013 ACC/AHA pooled cohort equations",
    risk,
    categoryOf(risk),
    "2019 ACC/AHA guideline on primary prevention, section 2.2",
    "doi:10.1161/01.cir.0000437741.48606.98",
  );
}

function categoryOf(risk: f64): string {
  if (risk < 0.05) return "low";
  if (risk < 0.075) return "borderline";
  return risk < 0.2 ? "intermediate" : "high";
}
