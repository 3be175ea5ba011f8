package io.tenancy.spring;

import io.tenancy.TenancyException;
import java.util.List;
import java.util.stream.Collectors;

/** The application's properties contradict each other or the SDK. Carries every fault of this start. */
public final class TenancyConfigurationException extends TenancyException {

    private static final long serialVersionUID = 1L;

    private final transient List<ConfigurationFault> faults;

    /**
     * Creates the error.
     *
     * @param faults at least one
     */
    public TenancyConfigurationException(List<ConfigurationFault> faults) {
        super("The application cannot be multi-tenant as configured:\n"
                + faults.stream().map(fault -> " - " + fault).collect(Collectors.joining("\n")));
        this.faults = List.copyOf(faults);
    }

    /**
     * What is wrong.
     *
     * @return at least one fault; empty only after Java serialization, which keeps the message alone
     */
    @SuppressWarnings("ConstantValue")
    public List<ConfigurationFault> faults() {
        return faults == null ? List.of() : faults;
    }
}
