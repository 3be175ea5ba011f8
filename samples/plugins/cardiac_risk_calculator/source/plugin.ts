// cardiac_risk_calculator: which function does what is in the manifest, where each figure comes from in the README.

import { readRequest, reply, unknownFunction } from "../../common/as/abi";
import { Form } from "./form";
import { pooledCohort } from "./pooled_cohort";
import { score2 } from "./score2";

export { tp_alloc } from "../../common/as/abi";

export function tp_call(pointer: usize, length: i32): i64 {
  const request = readRequest(pointer, length);
  if (request.name == "pooled_cohort") return reply(pooledCohort(new Form(request.input)));
  if (request.name == "score2") return reply(score2(new Form(request.input)));
  return reply(unknownFunction(request.name, "'pooled_cohort' and 'score2'"));
}
