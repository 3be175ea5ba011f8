package io.tenancy.samples.plugins;

import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The models of the cardiac plugin once more in plain Java, written from the publications and not from the plugin. */
final class RiskReference {
    /** One person; cholesterol in mmol/L for SCORE2 and in mg/dL for the pooled cohort equations. */
    record Person(
            double age,
            boolean female,
            boolean africanAmerican,
            double total,
            double hdl,
            double pressure,
            boolean treated,
            boolean smoker,
            boolean diabetes) {}

    /** A coefficient and what it is multiplied by. */
    private record Term(double coefficient, ToDoubleFunction<Person> value) {
        static double sum(Person person, Term... terms) {
            double sum = 0;
            for (Term term : terms) {
                sum += term.coefficient * term.value.applyAsDouble(person);
            }
            return sum;
        }
    }

    private static final Map<String, Integer> REGIONS = Map.of("low", 0, "moderate", 1, "high", 2, "very_high", 3);

    private RiskReference() {}

    /** The "individual sum" of table A. */
    static double pooledCohortSum(Person p) {
        if (p.female && p.africanAmerican) {
            return Term.sum(
                    p,
                    new Term(17.114, x -> Math.log(x.age)),
                    new Term(0.940, x -> Math.log(x.total)),
                    new Term(-18.920, x -> Math.log(x.hdl)),
                    new Term(4.475, x -> Math.log(x.age) * Math.log(x.hdl)),
                    new Term(29.291, x -> x.treated ? Math.log(x.pressure) : 0),
                    new Term(-6.432, x -> x.treated ? Math.log(x.age) * Math.log(x.pressure) : 0),
                    new Term(27.820, x -> x.treated ? 0 : Math.log(x.pressure)),
                    new Term(-6.087, x -> x.treated ? 0 : Math.log(x.age) * Math.log(x.pressure)),
                    new Term(0.691, x -> x.smoker ? 1 : 0),
                    new Term(0.874, x -> x.diabetes ? 1 : 0));
        }
        if (p.female) {
            return Term.sum(
                    p,
                    new Term(-29.799, x -> Math.log(x.age)),
                    new Term(4.884, x -> Math.pow(Math.log(x.age), 2)),
                    new Term(13.540, x -> Math.log(x.total)),
                    new Term(-3.114, x -> Math.log(x.age) * Math.log(x.total)),
                    new Term(-13.578, x -> Math.log(x.hdl)),
                    new Term(3.149, x -> Math.log(x.age) * Math.log(x.hdl)),
                    new Term(2.019, x -> x.treated ? Math.log(x.pressure) : 0),
                    new Term(1.957, x -> x.treated ? 0 : Math.log(x.pressure)),
                    new Term(7.574, x -> x.smoker ? 1 : 0),
                    new Term(-1.665, x -> x.smoker ? Math.log(x.age) : 0),
                    new Term(0.661, x -> x.diabetes ? 1 : 0));
        }
        if (p.africanAmerican) {
            return Term.sum(
                    p,
                    new Term(2.469, x -> Math.log(x.age)),
                    new Term(0.302, x -> Math.log(x.total)),
                    new Term(-0.307, x -> Math.log(x.hdl)),
                    new Term(1.916, x -> x.treated ? Math.log(x.pressure) : 0),
                    new Term(1.809, x -> x.treated ? 0 : Math.log(x.pressure)),
                    new Term(0.549, x -> x.smoker ? 1 : 0),
                    new Term(0.645, x -> x.diabetes ? 1 : 0));
        }
        return Term.sum(
                p,
                new Term(12.344, x -> Math.log(x.age)),
                new Term(11.853, x -> Math.log(x.total)),
                new Term(-2.664, x -> Math.log(x.age) * Math.log(x.total)),
                new Term(-7.990, x -> Math.log(x.hdl)),
                new Term(1.769, x -> Math.log(x.age) * Math.log(x.hdl)),
                new Term(1.797, x -> x.treated ? Math.log(x.pressure) : 0),
                new Term(1.764, x -> x.treated ? 0 : Math.log(x.pressure)),
                new Term(7.837, x -> x.smoker ? 1 : 0),
                new Term(-1.795, x -> x.smoker ? Math.log(x.age) : 0),
                new Term(0.658, x -> x.diabetes ? 1 : 0));
    }

    static double pooledCohort(Person p, double sum) {
        double mean = p.female ? p.africanAmerican ? 86.61 : -29.18 : p.africanAmerican ? 19.54 : 61.18;
        double survival = p.female ? p.africanAmerican ? 0.9533 : 0.9665 : p.africanAmerican ? 0.8954 : 0.9144;
        return 1 - Math.pow(survival, Math.exp(sum - mean));
    }

    static double score2(Person p, String region) {
        ToDoubleFunction<Person> age = x -> (x.age - 60) / 5;
        ToDoubleFunction<Person> pressure = x -> (x.pressure - 120) / 20;
        ToDoubleFunction<Person> total = x -> x.total - 6;
        ToDoubleFunction<Person> hdl = x -> (x.hdl - 1.3) / 0.5;
        double[] b = p.female
                ? new double[] {0.4648, 0.7744, 0.3131, 0.1002, -0.2606, -0.1088, -0.0277, -0.0226, 0.0613}
                : new double[] {0.3742, 0.6012, 0.2777, 0.1458, -0.2698, -0.0755, -0.0255, -0.0281, 0.0426};
        double sum = Term.sum(
                p,
                new Term(b[0], age),
                new Term(b[1], x -> x.smoker ? 1 : 0),
                new Term(b[2], pressure),
                new Term(b[3], total),
                new Term(b[4], hdl),
                new Term(b[5], x -> x.smoker ? age.applyAsDouble(x) : 0),
                new Term(b[6], x -> age.applyAsDouble(x) * pressure.applyAsDouble(x)),
                new Term(b[7], x -> age.applyAsDouble(x) * total.applyAsDouble(x)),
                new Term(b[8], x -> age.applyAsDouble(x) * hdl.applyAsDouble(x)));
        double[][] scales = p.female
                ? new double[][] {{-0.7380, 0.7019}, {-0.3143, 0.7701}, {0.5710, 0.9369}, {0.9412, 0.8329}}
                : new double[][] {{-0.5699, 0.7476}, {-0.1565, 0.8009}, {0.3207, 0.9360}, {0.5836, 0.8294}};
        return calibrated(1 - Math.pow(p.female ? 0.9776 : 0.9605, Math.exp(sum)), scales[REGIONS.get(region)]);
    }

    static double score2OfOlderPersons(Person p, String region) {
        double years = p.age - 73;
        double[] b = p.female
                ? new double[] {
                    0.0789, 0.6010, 0.4921, 0.0102, 0.0605, -0.3040, -0.0107, -0.0255, -0.0004, -0.0009, 0.0154
                }
                : new double[] {
                    0.0634, 0.4245, 0.3524, 0.0094, 0.0850, -0.3564, -0.0174, -0.0247, -0.0005, 0.0073, 0.0091
                };
        double[] values = {p.diabetes ? 1 : 0, p.smoker ? 1 : 0, p.pressure - 150, p.total - 6, p.hdl - 1.4};
        double sum = b[0] * years;
        for (int i = 0; i < values.length; i++) {
            sum += b[1 + i] * values[i] + b[6 + i] * values[i] * years;
        }
        double[][] scales = p.female
                ? new double[][] {{-0.52, 1.01}, {-0.10, 1.10}, {0.38, 1.09}, {0.38, 0.69}}
                : new double[][] {{-0.34, 1.19}, {0.01, 1.25}, {0.08, 1.15}, {0.05, 0.70}};
        double survival = p.female ? 0.8082 : 0.7576;
        double mean = p.female ? 0.2290 : 0.0929;
        return calibrated(1 - Math.pow(survival, Math.exp(sum - mean)), scales[REGIONS.get(region)]);
    }

    private static double calibrated(double risk, double[] scale) {
        return 1 - Math.exp(-Math.exp(scale[0] + scale[1] * Math.log(-Math.log(1 - risk))));
    }
}
