package io.tenancy.jpa.isolation.gate;

import io.tenancy.isolation.IsolationViolationException;
import java.util.List;

/** The database would let one tenant reach another's rows, so the application must not serve. Carries every fault. */
public final class IsolationGateException extends IsolationViolationException {

    private static final long serialVersionUID = 1L;

    private final transient List<Fault> faults;

    /**
     * Creates the refusal.
     *
     * @param faults what was found, at least one
     * @throws IllegalArgumentException if there is no fault
     */
    public IsolationGateException(List<Fault> faults) {
        super(describe(faults));
        this.faults = List.copyOf(faults);
    }

    /**
     * The faults, in the order in which their remedies can be run.
     *
     * @return at least one fault; empty only after Java serialization, which keeps the message alone
     */
    @SuppressWarnings("ConstantValue")
    public List<Fault> faults() {
        return faults == null ? List.of() : faults;
    }

    private static String describe(List<Fault> faults) {
        if (faults.isEmpty()) {
            throw new IllegalArgumentException(
                    "A refusal of the isolation gate needs at least one fault, but had none");
        }
        StringBuilder text = new StringBuilder(256 * faults.size());
        text.append("The database does not keep tenants apart: the isolation gate found ")
                .append(faults.size() == 1 ? "1 fault" : faults.size() + " faults")
                .append(". Mend it and start again; statements are for the owner login,")
                .append(" or for a superuser where PostgreSQL asks for one.");
        int number = 1;
        for (Fault fault : faults) {
            text.append("\n  ").append(number++).append(". ").append(fault.object());
            text.append("\n     fault: ").append(fault.finding());
            text.append(fault.hasStatement() ? "\n     mend:  " : "\n     to do: ")
                    .append(fault.remedy().replace("\n", "\n            "));
        }
        return text.toString();
    }
}
