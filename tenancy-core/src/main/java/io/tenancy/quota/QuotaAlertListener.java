package io.tenancy.quota;

/** Hears of thresholds that were reached. */
@FunctionalInterface
public interface QuotaAlertListener {

    /**
     * Acts on an alert. Called at least once for each, on any node, possibly twice at once; {@link QuotaAlert#id()}
     * tells repetitions. No tenant is bound.
     *
     * @param alert the alert
     * @throws Exception when it has to be delivered again later, to every listener
     */
    void reached(QuotaAlert alert) throws Exception;
}
