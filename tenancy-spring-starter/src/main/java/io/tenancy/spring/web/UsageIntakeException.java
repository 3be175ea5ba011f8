package io.tenancy.spring.web;

import io.tenancy.RequestRefusedException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Usage that was sent over HTTP was not taken; none of it was. */
public final class UsageIntakeException extends RequestRefusedException {

    private static final long serialVersionUID = 1L;

    private final List<String> faults;

    UsageIntakeException(
            int status, String code, String detail, List<String> faults, String message, @Nullable Throwable cause) {
        super(status, code, detail, message, cause);
        this.faults = List.copyOf(faults);
    }

    /** The faults, so that a sender can mend its events. */
    @Override
    public Map<String, Object> problemMembers() {
        return faults.isEmpty() ? Map.of() : Map.of("faults", faults);
    }
}
