package io.tenancy.usage.cloudevents;

import io.tenancy.TenancyException;
import java.util.List;

/** A document is not CloudEvents about usage; nothing of it was taken. */
public final class CloudEventsException extends TenancyException {

    private static final long serialVersionUID = 1L;

    /** How many faults are told at most. */
    public static final int MAXIMUM_FAULTS = 50;

    private final List<String> faults;

    /**
     * Creates the refusal.
     *
     * @param faults what is wrong, each with the place in the document; only of what the sender sent
     */
    public CloudEventsException(List<String> faults) {
        super("The CloudEvents were refused and none was taken: " + String.join("; ", shown(faults)) + ".");
        this.faults = shown(faults);
    }

    private static List<String> shown(List<String> faults) {
        return List.copyOf(faults.subList(0, Math.min(faults.size(), MAXIMUM_FAULTS)));
    }

    /**
     * What is wrong.
     *
     * @return at most {@link #MAXIMUM_FAULTS}, in the order of the document
     */
    public List<String> faults() {
        return faults;
    }
}
